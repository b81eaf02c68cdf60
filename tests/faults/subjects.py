# SPDX-License-Identifier: Apache-2.0
"""The tools that faults are tried on. A subject knows how its tool is started, and how to tell that
its work was done exactly once."""

import os
import re
import subprocess
import tempfile

import workload
from workload import introspection


class Broken(Exception):
    """What a check cannot go on after."""


class Ended:
    """How one run ended."""

    def __init__(self, code, output):
        self.code = code
        self.output = output

    def problems(self, wanted=0):
        found = [] if self.code == wanted else [f"exit {self.code} instead of {wanted}: {self.output[-700:]}"]
        return found + ([] if workload.CANARY not in self.output else ["the password is in the output"])


class Tool:
    """What can be started on a database and judged by what it leaves there. It brings `start`, and
    `problems`, which is empty when the database is as after one clean run."""

    def __init__(self):
        self.references = {}

    def picture(self, database):
        return introspection.picture(database)

    def run(self, url, *more, within_s=300, **how):
        """A run from start to end; one that takes longer is killed and is a failure."""
        return self.wait(self.start(url, *more, **how), within_s)

    @staticmethod
    def wait(process, within_s=300):
        try:
            output, _ = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            return Ended(None, f"still running after {within_s} s\n{output}")
        return Ended(process.returncode, output)

    def learn(self, database_class):
        """Makes the picture of one clean run, which `problems` holds others against."""
        key = database_class.__name__
        if key not in self.references:
            database = database_class()
            try:
                ended = self.run(database.url)
                if ended.code != 0:
                    raise Broken(f"a run without any fault fails: {ended.output}")
                self.references[key] = self.picture(database)
                if found := self.problems(database):
                    raise Broken(f"a run without any fault is not as expected: {found}")
            finally:
                database.drop()
        return self.references[key]


class Garboard(Tool):
    """The program under test. `is_pooled` is the plan for a transaction pooler."""

    name = "garboard"

    def __init__(self, program, is_pooled=False):
        super().__init__()
        self.program = os.path.abspath(program)
        self.is_pooled = is_pooled
        self.folder = tempfile.TemporaryDirectory(prefix="garboard-faults-")
        self.plans = {}

    def version(self):
        done = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def pooled(self):
        return Garboard(self.program, is_pooled=True)

    def prepare(self, kind):
        """Writes what the tool reads: a plan of migrations. Once for a kind of database."""
        if kind not in self.plans:
            folder = os.path.join(self.folder.name, kind)
            os.mkdir(folder)
            self.plans[kind] = workload.write_plan(folder, kind, self.is_pooled)
        return self.plans[kind]

    def start(self, url, *more, kind=None, command="migrate", prefix=()):
        """The tool, on its way, perhaps by way of another command. One that is not waited for must be
        killed by the caller."""
        kind = kind or kind_of(url)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        return subprocess.Popen(
            [*prefix, self.program, command, "--plan", self.prepare(kind), *more], text=True,
            env={**kept, "DATABASE_URL": url}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def problems(self, database):
        """Empty when the database is as after one clean run."""
        left = workload.leftovers(database)
        found = workload.data_problems(database, self.learn(type(database)), self.is_pooled)
        return left + found + self._history_problems(database)

    def _history_problems(self, database):
        as_text = workload.text_type(database.kind)
        try:
            rows = database.query(
                f"SELECT 'history', id, state, CAST(ordinal AS {as_text}) FROM garboard_migrations UNION ALL "
                f"SELECT 'journal', id, state, CAST(seq AS {as_text}) FROM garboard_migrations_journal")
        except AssertionError as error:
            return [f"the history cannot be read: {error}"]
        history = sorted((row for row in rows if row[0] == "history"), key=lambda row: int(row[3]))
        planned = [one.id for one in workload.migrations(database.kind, self.is_pooled)]
        problems = [f"journal: {row[1:]}" for row in rows if row[0] == "journal"]
        if [row[1] for row in history] != planned:
            problems.append(f"the history says {[row[1] for row in history]}")
        problems += [f"{row[1]} is {row[2]}" for row in history if row[2] != "applied"]
        return problems


def kind_of(url):
    return {"postgresql": "postgres", "mariadb": "mysql"}.get(scheme := re.match(r"\w+", url)[0], scheme)
