# SPDX-License-Identifier: Apache-2.0
"""Which migrations a run applies: --to, --tags, --phase, requires."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import GarboardTest  # noqa: E402


def table(name, **keys):
    return {"id": name, **keys, "up": [{"sql": f"CREATE TABLE t_{name} (x INT);"}]}


class SelectionTest(GarboardTest):
    def look(self, database, plan, *selection, code=0):
        """wait and status agree that nothing of the selection is pending, or with another code that some is."""
        self.garboard(database, "wait", "--applied", "all", "--plan", plan, *selection, "--timeout",
                      "100ms" if code else "5s", "--interval", "10ms", code=10 if code else 0)
        return self.garboard(database, "status", "--plan", plan, *selection, "--exit-code",
                             code=3 if code else 0)[0]

    def test_applies_up_to_the_named_one_and_the_rest_later(self):
        plan = self.plan([table("a"), table("b"), table("c")])
        for database in self.each():
            self.migrate(database, plan, "--to", "b")
            self.assertEqual(self.ids(database), ["a", "b"])
            self.look(database, plan, "--to", "b")
            self.look(database, plan, "--to", "c", code=3)
            self.migrate(database, plan)
            self.assertEqual(self.ids(database), ["a", "b", "c"])

    def test_an_unknown_id_or_tag_changes_nothing(self):
        plan = self.plan([table("a", tags=["core"])])
        for database in self.each():
            _, err = self.migrate(database, plan, "--to", "nowhere", code=2)
            self.assertIn("nowhere", err)
            self.migrate(database, plan, "--tags", "cor", code=2)
            self.garboard(database, "wait", "--applied", "all", "--plan", plan, "--tags", "cor", code=2)
            self.migrate(database, plan)
            self.assertEqual(self.ids(database), ["a"])

    def test_phases_of_a_deployment_run_one_after_the_other(self):
        plan = self.plan([table("add", phase="pre-deploy"), table("remove", phase="post-deploy"),
                          table("both")])
        for database in self.each():
            self.migrate(database, plan, "--phase", "pre-deploy")
            self.assertEqual(self.ids(database), ["add", "both"])
            self.assertIn("not selected", self.look(database, plan, "--phase", "pre-deploy"))
            self.look(database, plan, code=3)
            self.migrate(database, plan, "--phase", "post-deploy")
            self.assertEqual(self.ids(database), ["add", "both", "remove"])

    def test_tags_choose_and_the_rest_is_out_of_order_then(self):
        plan = self.plan([table("a"), table("b", tags=["x", "y"]), table("c", tags=["z"])])
        for database in self.each():
            self.migrate(database, plan, "--tags", "y", "--tags", "z")
            self.assertEqual(self.ids(database), ["b", "c"])
            self.look(database, plan, "--tags", "z")
            self.migrate(database, plan, code=33)
            self.migrate(database, plan, "--allow-out-of-order")
            self.assertEqual(self.ids(database), ["b", "c", "a"])

    def test_what_is_required_is_applied_first_and_never_left_out(self):
        plan = self.plan([table("a", requires=["c"], tags=["x"]), table("b"), table("c")])
        for database in self.each():
            _, err = self.migrate(database, plan, "--tags", "x", code=33)
            self.assertIn("requires 'c'", err)
            self.assertEqual(self.garboard(database, "status", "--plan", plan, "--exit-code",
                                           code=3)[0].split()[:2], ["pending", "c"])
            self.migrate(database, plan)
            self.assertEqual(self.ids(database), ["c", "a", "b"])

    def test_what_is_required_and_half_applied_counts_as_lacking(self):
        half = {"id": "a", "transaction": "never",
                "up": [{"sql": "CREATE TABLE t_a (x INT); INSERT INTO nowhere VALUES (1);"}]}
        plan = self.plan([half, table("b", requires=["a"], tags=["x"])])
        for database in self.each():
            self.migrate(database, plan, code=31)
            _, err = self.migrate(database, plan, "--tags", "x", code=33)
            self.assertIn("requires 'a', which is half applied", err)
            self.assertEqual(self.ids(database), [])

    def test_a_late_migration_stays_late_up_to_the_named_one(self):
        new = self.plan([table("a"), table("b"), table("c")], "new.json")
        for database in self.each():
            self.migrate(database, self.plan([table("c")]))
            for selection in ((), ("--to", "a"), ("--to", "b"), ("--to", "b", "--dry-run")):
                _, err = self.migrate(database, new, *selection, code=33)
                self.assertEqual(err.count("--allow-out-of-order"), 1 if "a" in selection else 2, err)
            self.assertEqual(self.ids(database), ["c"])
            self.migrate(database, new, "--to", "a", "--allow-out-of-order")
            self.assertEqual(self.ids(database), ["c", "a"])

    def test_a_circle_of_requirements_is_no_plan(self):
        plan = self.plan([table("a", requires=["b"]), table("b", requires=["a"])])
        for database in self.each():
            _, err = self.garboard(database, "validate", "--plan", plan, "--output", "json", code=20)
            self.assertIn("'a' -> 'b' -> 'a'", err)

    def test_dry_run_shows_the_selection(self):
        plan = self.plan([table("a", tags=["x"]), table("b")])
        for database in self.each():
            out, _ = self.migrate(database, plan, "--dry-run", "--tags", "x", "--output", "json")
            self.assertEqual([each["id"] for each in json.loads(out)["migrations"]], ["a"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
