# SPDX-License-Identifier: Apache-2.0
"""The faults that `scorecard` puts Garboard and its peers through alike. A trial counts as broken when
after one rerun the database is not as after a clean run, or when the rerun fails."""

import concurrent.futures
import dataclasses
import random
import signal
import time
import uuid

import wire
from checks.cuts import messages_of
from checks.orphan import LONG_DML, session_at_work, wait_until_busy
from subjects import Broken
from trials import Measured, clean_seconds, fresh, kill, pause

WITHIN_S = 60  # for a rerun that waits for ever
STARTERS, ROUNDS = 16, 5
SPECIAL = "@:/?#[]%&=+ '\"\\$"


@dataclasses.dataclass
class Outcome:
    """How often a fault was tried, how often something stayed broken, and the first such case. An
    answer in words stands for both."""

    done: int = 0
    broken: int = 0
    words: str = ""
    first: str = ""


def after_rerun(tool, database):
    return tool.run(database.url, within_s=WITHIN_S).problems() or tool.problems(database)


def tried(cases, trial, wanted=None):
    """`trial(case)` answers its problems, or None when it did not count; goes on until enough did."""
    counted = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for first in range(0, len(cases), 10):
            counted += [one for one in pool.map(trial, cases[first:first + 10]) if one is not None]
            if wanted is not None and len(counted) >= wanted:
                break
    broken = [problems for problems in counted if problems]
    return Outcome(len(counted), len(broken), first="; ".join(broken[0])[:300] if broken else "")


def kills(tool, kind, size):
    """kill -9 at a random time of a run; those that had ended already do not count."""
    seconds = clean_seconds(tool, kind)
    chance = random.Random(1)

    def trial(at):
        with fresh(kind) as database:
            process = tool.start(database.url)
            pause(process, at)
            return after_rerun(tool, database) if kill(process) else None

    return tried([chance.random() * seconds * 1.2 for _ in range(size * 4)], trial, wanted=size)


def cuts(tool, kind, size):
    """The line is cut at a random message of the protocol. Also: how many runs that met a cut failed."""
    with fresh(kind) as database:
        address = database.server
    counts = messages_of(tool, kind, address)
    chance = random.Random(2)
    failed = Measured()

    def trial(cut):
        with fresh(kind) as database:
            with wire.Proxy(database.kind, address.hostname, address.port, cut) as proxy:
                if tool.run(wire.through(database.url, proxy.port), within_s=WITHIN_S).code != 0:
                    failed.add(1)
            return after_rerun(tool, database)

    cases = []
    for _ in range(size):
        sender = chance.choice([wire.CLIENT, wire.SERVER])
        side, way = chance.choice([(wire.BEFORE, wire.FIN), (wire.AFTER, wire.RST)])
        cases.append(wire.Cut(sender, chance.randint(1, counts[sender]), side, way, 0))
    outcome = tried(cases, trial)
    return outcome, Outcome(outcome.done, len(failed.numbers))


def terms(tool, kind, size):
    """SIGTERM at a random time of a run."""
    seconds = clean_seconds(tool, kind)
    chance = random.Random(3)

    def trial(at):
        with fresh(kind) as database:
            process = tool.start(database.url)
            pause(process, at)
            process.send_signal(signal.SIGTERM)
            tool.wait(process, within_s=WITHIN_S)
            return after_rerun(tool, database)

    return tried([chance.random() * seconds * 1.2 for _ in range(size)], trial)


def starters(tool, kind, _):
    """Sixteen at once on an empty database: exits that are not 0, and rounds that stay broken."""
    failed = Measured()

    def one_round(_):
        with fresh(kind) as database:
            processes = [tool.start(database.url) for _ in range(STARTERS)]
            for process in processes:
                if tool.wait(process, within_s=WITHIN_S).code != 0:
                    failed.add(1)
            return after_rerun(tool, database)

    with_rerun = tried(range(ROUNDS), one_round)
    return Outcome(STARTERS * ROUNDS, len(failed.numbers)), with_rerun


class LongStatement:
    """A tool with one migration, whose second statement takes some seconds, in the middle of it."""

    def __init__(self, tool, database, seconds=5):
        self.database = database
        self.tool = tool.again({"0001_long": ["INSERT INTO audit VALUES (1)", LONG_DML[database.kind].rstrip(";"),
                                              "INSERT INTO audit VALUES (3)"]})
        database.query("CREATE TABLE audit (n INT)")
        database.query("CREATE TABLE pace (seconds INT)")
        database.query(f"INSERT INTO pace VALUES ({seconds})")
        self.process = self.tool.start(database.url)
        wait_until_busy(database, self.process)

    def problems_after_rerun(self):
        if problems := self.tool.run(self.database.url, within_s=WITHIN_S).problems():
            return problems
        effects = self.database.query("SELECT n, COUNT(*) FROM audit GROUP BY n ORDER BY n")
        return [] if effects == [("1", "1"), ("2", "1"), ("3", "1")] else [f"effects {effects}"]


def orphans(tool, kind, _):
    """kill -9 in a long statement, and a rerun at once."""
    def trial(_):
        with fresh(kind) as database:
            run = LongStatement(tool, database)
            kill(run.process)
            return run.problems_after_rerun()

    return tried(range(4), trial)


def cancels(tool, kind, _):
    """SIGTERM in a statement of half a minute: whether the server still works on it 2 s after the end."""
    with fresh(kind) as database:
        run = LongStatement(tool, database, seconds=30)
        run.process.send_signal(signal.SIGTERM)
        run.tool.wait(run.process, within_s=WITHIN_S)
        time.sleep(2)
        return Outcome(1, words="works on" if session_at_work(database) else "cancelled")


def edited(tool, kind, _):
    """A file that is applied is edited, and the tool run again."""
    tool = tool.again(None)
    with fresh(kind) as database:
        if wrong := tool.run(database.url).problems():
            raise Broken(f"a clean run of {tool.name} fails: {wrong}")
        tool.put("0003_interest", ["UPDATE accounts SET balance = 0"])
        return Outcome(1, words="passes" if tool.run(database.url).code == 0 else "refused")


def truncated(tool, kind, _):
    """A file of which nothing has arrived but what every file begins with."""
    tool = tool.again(None)
    tool.write("0008_new", tool.empty)
    tool.list_files()
    with fresh(kind) as database:
        code = tool.run(database.url).code
        try:
            names = tool.history(database)
        except AssertionError:
            names = []
        is_recorded = any(name.startswith("0008") for name in names)
        return Outcome(1, words="recorded as applied" if is_recorded else "refused" if code else "skipped")


def read_only(tool, kind, _):
    """A server that takes no writes, with nothing pending."""
    with fresh(kind) as database:
        if wrong := tool.run(database.url).problems():
            raise Broken(f"a clean run of {tool.name} fails: {wrong}")
        database.query(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        return Outcome(1, words="succeeds" if tool.run(database.url).code == 0 else "fails")


def passwords(tool, kind, _):
    """A role for each special character, with a password that holds it, given as it is."""
    with fresh(kind) as database:
        def trial(character):
            password = f"a{character}1"
            role = "e2e_" + uuid.uuid4().hex[:12]
            quoted = password.replace("'", "''")
            database.query(f"CREATE ROLE {role} LOGIN PASSWORD '{quoted}'; GRANT ALL ON SCHEMA public TO {role}")
            try:
                return tool.wait(tool.log_in(database, role, password), within_s=WITHIN_S).problems()
            finally:
                database.query(f"DROP OWNED BY {role}; DROP ROLE {role}")

        outcomes = [trial(character) for character in SPECIAL]
    broken = [problems for problems in outcomes if problems]
    return Outcome(len(outcomes), len(broken), first="; ".join(broken[0])[:300] if broken else "")
