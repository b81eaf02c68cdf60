# SPDX-License-Identifier: Apache-2.0
"""Kills the server with SIGKILL when a message of a run arrives, and starts it again a moment later.
The server is a private one that writes what it commits to the disk.

Broken: that very run does not exit with 0, or anything happened other than exactly once."""

import os
import subprocess
import tempfile
import threading
import time

import databases
import wire
from checks.cuts import messages_of

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support", "servers")
KILLS = (100, 2)  # in the full plan, in the slice
DOWN_S = 0.5


class CrashingPostgres(databases.Postgres):
    variable = "GARBOARD_FAULTS_POSTGRES_URL"


class CrashingMariadb(databases.Mariadb):
    variable = "GARBOARD_FAULTS_MARIADB_URL"


class Server:
    """A private server, for the length of a `with` block."""

    def __init__(self, name, variable):
        self.name, self.variable = name, variable

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="gb-crash-", dir="/tmp")
        said = self._say("start", self.folder, "--only", self.name, "--with", str(os.getpid()))
        for line in said.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name == f"GARBOARD_TEST_{self.name.upper()}_URL":
                os.environ[self.variable] = value.strip("'")
        return self

    def __exit__(self, *_):
        self._say("stop", self.folder)

    def crash(self):
        self._say("kill", self.folder, self.name)

    def restart(self):
        self._say("restart", self.folder, self.name)

    @staticmethod
    def _say(*words):
        # a file, not a pipe: the server inherits it and would keep the pipe open
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            done = subprocess.run([SERVERS, *words], stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, check=False, timeout=300)
            out.seek(0)
            said = out.read()
        if done.returncode != 0:
            raise AssertionError(f"servers {words[0]}: {said}")
        return said


def try_crash(server, subject, database_class, number):
    database = database_class()
    back = threading.Thread(target=lambda: (time.sleep(DOWN_S), server.restart()))
    address = database.server
    try:
        with wire.Proxy(database.kind, address.hostname, address.port) as proxy:
            def crash_there(sender, count, _):
                if sender == wire.CLIENT and count == number and not back.ident:
                    server.crash()
                    back.start()

            proxy.on_message = crash_there
            ended = subject.run(wire.through(database.url, proxy.port))
        if not back.ident:
            return ended.problems() + ["the run ended before the server was killed"]
        back.join()
        return ended.problems() + subject.problems(database)
    finally:
        if back.ident:
            back.join()
        database.drop()


def run(context):
    figures = []
    for name, database_class in (("postgres", CrashingPostgres), ("mariadb", CrashingMariadb)):
        if name not in context.kinds:
            continue
        try:
            with Server(name, database_class.variable) as server:
                figures.append(crash_often(context, name, server, database_class))
        except AssertionError as error:
            figures.append(context.skipped(name, str(error)[:300]))
    if "mysql" in context.kinds:
        figures.append(context.skipped("mysql", "its server cannot be started privately"))
    return figures


def crash_often(context, name, server, database_class):
    subject = context.garboard
    subject.learn(database_class)
    probe = database_class()
    probe.drop()
    last = messages_of(subject, database_class, probe.server)[wire.CLIENT]
    numbers = context.random(name).choices(range(1, last), k=context.size(*KILLS))
    return context.each(name, numbers, lambda number: try_crash(server, subject, database_class, number))
