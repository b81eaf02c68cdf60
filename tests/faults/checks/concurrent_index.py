# SPDX-License-Identifier: Apache-2.0
"""CREATE INDEX CONCURRENTLY, which waits for every older transaction: runs that wait for their turn
must not be among those, and a build that was killed leaves an INVALID index, which the rerun mends."""

import contextlib
import signal
import subprocess
import time

from own_plan import OwnPlan
from subjects import Broken
from trials import fresh, named, pause, wait_until_listening

STARTERS = {True: 64, False: 16}
ROUNDS = (50, 1)  # of the full plan, of the slice
KILLS = (100, 4)
PATIENCE_S = 60
SCRIPTS = {
    "base": "CREATE TABLE audit (n INT); CREATE TABLE big (n INT); "
            "INSERT INTO big SELECT i FROM generate_series(1, 100000) i;",
    "index": "CREATE INDEX CONCURRENTLY big_n ON big (n);",
    "after": "INSERT INTO audit VALUES (1);"}
BUILDING = "SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
INDEXES = "SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'big'::regclass"


class IndexPlan(OwnPlan):
    def problems(self, database):
        indexes = database.query(INDEXES)
        return super().problems(database) + ([] if indexes == [("big_n", "t")] else [f"indexes {indexes}"])


def run(context):
    found, figures = context.reachable("postgres")
    for name, kind in found:
        subject = IndexPlan(context.garboard.program, SCRIPTS, effects=[1])
        figures += [waiting(context, subject, name, kind), killed(context, subject, name, kind)]
    return figures


@contextlib.contextmanager
def ready(subject, kind):
    with fresh(kind) as database:
        if wrong := subject.run(database.url, "--to", "base").problems():
            raise Broken(f"the plan's start fails: {wrong}")
        yield database


@contextlib.contextmanager
def old_transaction(database):
    """Keeps a build from ending for as long as it is open."""
    holder = subprocess.Popen(database.command(database.name), env=database.environment(), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        holder.stdin.write("BEGIN; INSERT INTO big VALUES (0); SELECT 'open';\n")
        holder.stdin.flush()
        holder.stdout.readline()
        yield
    finally:
        holder.communicate("COMMIT;\n")


def wait_for_build(database, processes):
    deadline = time.monotonic() + PATIENCE_S
    while not database.query(BUILDING):
        if all(process.poll() is not None for process in processes) or time.monotonic() > deadline:
            raise Broken("the index's build never began: " + processes[0].communicate()[0])
        time.sleep(0.05)


def waiting(context, subject, name, kind):
    count = STARTERS[context.is_full]

    def trial(_):
        with ready(subject, kind) as database:
            with old_transaction(database):
                processes = [subject.start(database.url) for _ in range(count)]
                wait_for_build(database, processes)
                time.sleep(2)  # for the others to come and wait
            problems = [problem for process in processes
                        for problem in subject.wait(process).problems()]
            return problems[:3] + subject.problems(database)

    figure = context.each(name, range(context.size(*ROUNDS)), trial)
    return named(figure, "CREATE INDEX CONCURRENTLY while others wait", f"{count} starters each")


def killed(context, subject, name, kind):
    """By turns at a random time of the build, and while it waits for an older transaction; every
    fourth by SIGTERM."""
    seconds = build_seconds(subject, kind)

    def trial(number):
        chance = context.random(name, number)
        sent = signal.SIGTERM if number % 4 == 0 else signal.SIGKILL
        with ready(subject, kind) as database:
            held = old_transaction(database) if number % 2 else contextlib.nullcontext()
            with held:
                process = subject.start(database.url)
                wait_until_listening(process)
                if number % 2:
                    wait_for_build(database, [process])
                pause(process, chance.random() * seconds)
                process.send_signal(sent)
                first = subject.wait(process)
                rerun = subject.start(database.url)
                if number % 2:
                    pause(rerun, chance.random() * 2)
            asked_for = (0, -sent) if sent == signal.SIGKILL else (0, 13)
            wrong = [] if first.code in asked_for else first.problems(asked_for[1])
            return wrong + subject.wait(rerun).problems() or subject.problems(database)

    figure = context.each(name, range(context.size(*KILLS)), trial, workers=2)
    return named(figure, "CREATE INDEX CONCURRENTLY killed", f"within {seconds * 1000:.0f} ms")


def build_seconds(subject, kind):
    with ready(subject, kind) as database:
        started = time.monotonic()
        if wrong := subject.run(database.url).problems():
            raise Broken(f"a clean build fails: {wrong}")
        return time.monotonic() - started
