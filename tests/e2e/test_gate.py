# SPDX-License-Identifier: Apache-2.0
"""What `wait --applied` lets go and what `status --exit-code` answers."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import GarboardTest, table  # noqa: E402

SOON = ("--timeout", "100ms", "--interval", "10ms")


class GateTest(GarboardTest):
    def wait(self, database, plan, *arguments, code=0):
        return self.garboard(database, "wait", "--applied", "all", "--plan", plan, *SOON, *arguments,
                             code=code)[1]

    def status(self, database, plan, *arguments, code=0):
        self.garboard(database, "status", "--plan", plan, "--exit-code", *arguments, code=code)

    def test_a_half_rolled_back_migration_is_waited_for(self):
        bad = {**table("b", transaction="never", tags=["b"]),
               "down": [{"sql": "DROP TABLE t_b; DROP TABLE nowhere;"}]}
        good = {**bad, "down": [{"sql": "DROP TABLE t_b; SELECT 1;"}]}
        for database in self.each():
            plan = self.plan([table("a", tags=["a"]), bad])
            self.migrate(database, plan)
            self.garboard(database, "rollback", "--plan", plan, "--steps", "1", code=31)
            self.status(database, plan, code=3)
            for which in ("all", "b"):
                err = self.garboard(database, "wait", "--applied", which, "--plan", plan, *SOON, code=10)[1]
                self.assertIn("'b' is half rolled back", err)
                self.assertIn("garboard rollback", err)
            self.wait(database, plan, "--tags", "a")
            self.status(database, plan, "--tags", "a")
            plan = self.plan([table("a"), good])
            self.garboard(database, "rollback", "--plan", plan, "--steps", "1")
            self.assertIn("1 migration(s) not applied", self.wait(database, plan, code=10))
            self.migrate(database, plan)
            self.wait(database, plan)
            self.status(database, plan)

    def test_a_text_changed_since_is_no_reason_to_wait(self):
        """As an older release's pods find it, when a newer one had a mended text accepted."""
        old = [table("a", tags=["a"]), table("b")]
        new = [old[0], {**old[1], "up": [{"sql": "CREATE TABLE t_b (x INT NULL);"}]}]
        for database in self.each():
            self.migrate(database, self.plan(old))
            self.garboard(database, "repair", "b", "--accept-changed", "--plan", self.plan(new))
            self.wait(database, self.plan(new))
            self.status(database, self.plan(new))
            plan = self.plan(old)
            self.wait(database, plan)
            self.status(database, plan, code=3)
            self.status(database, plan, "--tags", "a")
            self.migrate(database, plan, code=32)

    def test_a_repeatable_migration_of_a_newer_release_lets_the_older_one_go_on(self):
        def release(n):
            return self.plan([{"id": "view", "repeatable": True, "up": [
                {"sql": f"DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT {n} AS n;"}]}], f"{n}.json")
        old, new = release(1), release(2)
        for database in self.each():
            self.migrate(database, old)
            self.assertIn("1 migration(s) not applied", self.wait(database, new, code=10))
            self.migrate(database, new)
            self.wait(database, new)
            self.wait(database, old)


if __name__ == "__main__":
    unittest.main(verbosity=2)
