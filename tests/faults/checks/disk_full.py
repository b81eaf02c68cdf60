# SPDX-License-Identifier: Apache-2.0
"""The disk fills up in the middle of a run, on servers of our own whose data lies on a small file
system: the run fails and says why, and once there is space again one rerun finishes."""

import contextlib
import os
import re
import subprocess
import tempfile

from context import databases
from own_plan import OwnPlan
from subjects import Broken
from trials import after_rerun, fresh, named

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support", "servers")
SIZE_MIB = {"sqlite": 8, "postgres": 192, "mariadb": 400}
# how much is free when the run starts
FREE_KIB = {"sqlite": range(0, 3000, 60), "postgres": range(0, 24000, 480), "mariadb": range(0, 24000, 480)}
SLICE = 3
ROWS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
              "SELECT i, hex(zeroblob(500)) FROM n",
    "postgres": "SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 20000) i",
    "mysql": "SELECT seq, REPEAT(MD5(seq), 32) FROM seq_1_to_20000"}
SAYS_WHY = re.compile(r"full|no space|disk|errno 28|could not write", re.IGNORECASE)


def scripts(kind):
    # PostgreSQL keeps large values compressed and elsewhere, unless told to keep them as they are
    plain = "ALTER TABLE big ALTER v SET STORAGE PLAIN; " if kind == "postgres" else ""
    return {"first": "CREATE TABLE audit (n INT); CREATE TABLE big (n INT, v TEXT); " + plain +
                     "INSERT INTO audit VALUES (1);",
            "fills": f"INSERT INTO audit VALUES (2); INSERT INTO big {ROWS[kind]}; "
                     "CREATE TABLE more (x INT); INSERT INTO audit VALUES (3);",
            "index": "INSERT INTO audit VALUES (4); CREATE INDEX big_n ON big (n); INSERT INTO audit VALUES (5);",
            "last": "INSERT INTO audit VALUES (6);"}


class SmallDisk:
    """A file system in memory, of which all but some can be filled with ballast."""

    def __init__(self, mib):
        self.mib = mib

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="gb-disk-", dir="/tmp")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.mib}m,mode=755", "garboard",
                               self.folder], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            os.rmdir(self.folder)
            raise PermissionError("no file system could be mounted: " + done.stderr.strip())
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=False)
        os.rmdir(self.folder)

    @contextlib.contextmanager
    def leaving(self, free_kib):
        """Nearly full."""
        ballast = os.path.join(self.folder, "ballast")
        state = os.statvfs(self.folder)
        with open(ballast, "wb") as file:
            file.write(b"\0" * max(0, state.f_bavail * state.f_frsize - free_kib * 1024))
        try:
            yield
        finally:
            os.remove(ballast)


@contextlib.contextmanager
def file_on(disk):
    class OnDisk(databases.Sqlite):
        def __init__(self):
            super().__init__()
            os.rmdir(self.folder)
            self.folder = tempfile.mkdtemp(dir=disk.folder)
            self.path = os.path.join(self.folder, "test.db")
            self.url = "sqlite:" + self.path

        @staticmethod
        def revived():
            return False

    yield OnDisk


@contextlib.contextmanager
def server_on(disk, name, base):
    folder = os.path.join(disk.folder, "s")
    done = subprocess.run([SERVERS, "start", folder, "--fast", "--only", name, "--with", str(os.getpid())],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"the server on the small disk does not start: {done.stderr}")
    address = re.search(rf"{base.variable}='(.*)'", done.stdout)[1]

    class OnDisk(base):
        variable = "GARBOARD_FAULTS_DISK_URL"

        @staticmethod
        def revived():
            """Starts the server again if it has died of the full disk; whether it had."""
            try:
                fresh_one = OnDisk()
            except (AssertionError, subprocess.SubprocessError):
                subprocess.run([SERVERS, "restart", folder, name], check=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                return True
            fresh_one.drop()
            return False

    os.environ[OnDisk.variable] = address

    try:
        yield OnDisk
    finally:
        subprocess.run([SERVERS, "stop", folder], check=False)


def run(context):
    found, figures = context.reachable("sqlite", "postgres", "mariadb")
    for name, kind in found:
        try:
            with SmallDisk(SIZE_MIB[name]) as disk:
                figures.append(filled(context, name, kind, disk))
        except PermissionError as error:
            figures.append(context.skipped(name, str(error)))
    return [named(figure, "disk full") for figure in figures]


def filled(context, name, kind, disk):
    place = file_on(disk) if name == "sqlite" else server_on(disk, name, kind)
    failures, deaths = [], []
    with place as on_disk:
        subject = OwnPlan(context.garboard.program, scripts(kind.kind), effects=range(1, 7))

        def trial(free_kib):
            with fresh(on_disk) as database:
                with disk.leaving(free_kib):
                    ended = subject.run(database.url)
                has_died = on_disk.revived()  # then nobody could say why
                deaths.append(has_died)
                wrong = []
                if ended.code != 0:
                    failures.append(ended.code)
                    is_said = has_died or SAYS_WHY.search(ended.output)
                    wrong = [] if is_said else [f"no word of the disk: {ended.output}"]
                return wrong + after_rerun(subject, database)

        figure = context.each(name, context.pick(name, FREE_KIB[name], SLICE), trial)
    return named(figure, figure.check, f"{len(failures)} runs failed for want of space" +
                 (f"; the server died {sum(deaths)} times" if any(deaths) else ""))
