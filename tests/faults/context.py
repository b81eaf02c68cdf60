# SPDX-License-Identifier: Apache-2.0
"""What a check is given and what it answers."""

import concurrent.futures
import dataclasses
import random
import sys
import threading
import unittest

from subjects import Broken, Garboard
import databases  # noqa: E402  (tests/e2e, put on the path by workload)

KINDS = {"sqlite": databases.Sqlite, "postgres": databases.Postgres, "mariadb": databases.Mariadb,
         "mysql": databases.Mysql}


@dataclasses.dataclass
class Figure:
    """How often a check was made on a database, and how often it found something broken. With
    `done` 0 it was not made at all, and `note` says why."""

    database: str
    check: str
    done: int
    broken: int
    note: str = ""


@dataclasses.dataclass
class Context:
    garboard: Garboard
    kinds: list  # names in KINDS
    is_full: bool
    seed: int
    at_most: int = 1000000  # cases of the full plan
    check: str = ""
    progress: object = None

    def random(self, *purpose):
        """Chance that is the same in every run with this seed."""
        return random.Random(f"{self.seed} {self.check} {purpose}")

    def say(self, text):
        print(f"{self.check}: {text}", file=sys.stderr, flush=True)

    def size(self, full, of_slice):
        """How often: of the full plan as many as it has, or `at_most`."""
        return min(self.at_most, full) if self.is_full else of_slice

    def pick(self, name, cases, slice_size):
        """All cases of the full plan, or `at_most`; of the slice a fixed random few, in their order."""
        size = min(self.size(len(cases), slice_size), len(cases))
        chosen = sorted(self.random(name).sample(range(len(cases)), size))
        return [cases[i] for i in chosen]

    def skipped(self, name, reason):
        return Figure(name, self.check, 0, 0, f"not run: {reason}")

    def reachable(self, *names):
        """(name, class) of the wanted databases that there are, and figures for those that are not."""
        found, missing = [], []
        for name in self.kinds:
            if names and name not in names:
                continue
            try:
                KINDS[name]().drop()
                found.append((name, KINDS[name]))
            except unittest.SkipTest as reason:
                missing.append(self.skipped(name, reason))
        return found, missing

    def each(self, name, cases, try_one, workers=1):
        """Runs `try_one(case)` on every case, which answers its problems; several at once when
        asked. Says how far it is and what is broken, and answers the figure."""
        lock = threading.Lock()
        state = {"done": 0, "broken": 0}

        def guarded(case):
            try:
                problems = try_one(case)
            except (AssertionError, OSError, Broken) as error:
                problems = [f"the check itself failed: {error!r}"]
            with lock:
                state["done"] += 1
                if problems:
                    state["broken"] += 1
                    self.say(f"BROKEN on {name}, {case}: " + "; ".join(problems)[:3000])
                if state["done"] % 50 == 0:
                    self.say(f"{name}: {state['done']} of {len(cases)}, {state['broken']} broken")

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for future in [pool.submit(guarded, case) for case in cases]:
                future.result()
        return Figure(name, self.check, state["done"], state["broken"])
