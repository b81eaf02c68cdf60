# SPDX-License-Identifier: Apache-2.0
"""kill -9 during a long statement: the server works on for nobody, and the rerun starts at once."""

import sqlite3
import time

from own_plan import OwnPlan
from subjects import Broken
from trials import Measured, fresh, kill, named

ROUNDS = (100, 4)  # of the full plan, of the slice
PATIENCE_S = 60
# MySQL does not see that its client is gone and ends the statement; PostgreSQL cancels it.
SECONDS = {"postgres": PATIENCE_S, "mysql": 3, "sqlite": 1}
PACE = "(SELECT seconds FROM pace)"
LONG_DML = {
    "postgres": f"INSERT INTO audit SELECT 2 FROM pg_sleep({PACE});",
    "mysql": f"INSERT INTO audit SELECT 2 + SLEEP({PACE});",
    "sqlite": "INSERT INTO audit SELECT 2 AS n FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
              f"i + 1 FROM n WHERE i < {PACE} * 3000000) SELECT MAX(i) AS i FROM n) AS s;"}
LONG_DDL = {
    "postgres": f"CREATE TABLE made AS SELECT 2 AS n FROM pg_sleep({PACE});",
    "mysql": f"CREATE TABLE made AS SELECT 2 + SLEEP({PACE}) AS n;",
    "sqlite": LONG_DML["sqlite"].replace("INSERT INTO audit", "CREATE TABLE made AS")}
BUSY = {
    "postgres": "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND "
                "query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND "
             "state = 'User sleep'"}


def run(context):
    found, figures = context.reachable()
    return figures + [orphans(context, name, kind) for name, kind in found]


def orphans(context, name, kind):
    """What came before, the long statement and what came after: each takes effect once."""
    subjects = {}
    for is_ddl in (False, True):
        slow = (LONG_DDL if is_ddl else LONG_DML)[kind.kind]
        script = f"INSERT INTO audit VALUES (1); {slow} INSERT INTO audit VALUES (3);"
        subjects[is_ddl] = OwnPlan(context.garboard.program, {"long": script},
                                   effects=(1, 3) if is_ddl else (1, 2, 3))
    seconds = Measured()

    def trial(number):
        is_ddl = number % 2 == 1
        with fresh(kind) as database:
            return orphan(subjects[is_ddl], database, seconds) or made(database, is_ddl)

    figure = context.each(name, range(context.size(*ROUNDS)), trial, workers=4)
    note = f"the lock was free after {seconds.largest():.1f} s at most" if kind.kind == "postgres" else ""
    return named(figure, "kill -9 in a long statement", note)


def orphan(subject, database, seconds):
    database.query("CREATE TABLE audit (n INT)")
    database.query("CREATE TABLE pace (seconds INT)")
    database.query(f"INSERT INTO pace VALUES ({SECONDS[database.kind]})")
    process = subject.start(database.url)
    backend = wait_until_busy(database, process)
    if database.kind == "postgres":
        database.query("UPDATE pace SET seconds = 0")
    if not kill(process):
        raise Broken("the long statement was not long")
    rerun = subject.start(database.url)
    if database.kind == "postgres":
        seconds.add(seconds_until_gone(database, backend))
    return subject.wait(rerun).problems() or subject.problems(database)


def made(database, is_ddl):
    if is_ddl and database.query("SELECT n FROM made") != [("2",)]:
        return ["the long statement's table is not as it has to be"]
    return []


def wait_until_busy(database, process):
    """What the server calls the session at work, or that SQLite's file is being written."""
    busy = file_is_locked if database.kind == "sqlite" else session_at_work
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        if found := busy(database):
            return found
        time.sleep(0.05)
    raise Broken("the long statement never began: " + process.communicate()[0])


def session_at_work(database):
    return database.scalar(BUSY[database.kind])


def file_is_locked(database):
    connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return False
    except sqlite3.OperationalError:
        time.sleep(0.1)  # for the transaction to come to its long statement
        return True
    finally:
        connection.close()


def seconds_until_gone(database, backend):
    started = time.monotonic()
    while database.query(f"SELECT 1 FROM pg_stat_activity WHERE pid = {backend}"):
        if time.monotonic() - started > PATIENCE_S:
            break
        time.sleep(0.05)
    return time.monotonic() - started
