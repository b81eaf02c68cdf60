# SPDX-License-Identifier: Apache-2.0
"""baseline, mark, repair and history, on every database, looked at from outside."""

import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from case import TEST_HOOKS, GarboardTest, table  # noqa: E402

MYSQL = (databases.Mariadb, databases.Mysql)


class RecordTest(GarboardTest):
    def actions(self, document):
        return [(m["id"], m["action"]) for m in document["migrations"]]

    def states(self, database):
        return database.query("SELECT id, state FROM garboard_migrations ORDER BY ordinal")

    def test_baseline_records_what_is_there_and_migrate_applies_the_rest(self):
        plan = self.plan([table("a"), table("b"), {**table("other"), "database": "nothing"},
                          table("c")])
        for database in self.each():
            database.query("CREATE TABLE t_a (x INT)")
            database.query("CREATE TABLE t_b (x INT)")
            document = self.run_json(database, "baseline", "b", "--plan", plan, "--dry-run")
            self.assertEqual(self.actions(document), [("a", "baselined"), ("b", "baselined")])
            out, _ = self.garboard(database, "status", "--plan", plan, "--output", "json")
            self.assertFalse(json.loads(out)["trackingTableExists"])
            self.run_json(database, "baseline", "b", "--plan", plan)
            self.assertEqual(self.states(database), [("a", "applied"), ("b", "applied")])
            self.assertEqual(self.log(database), [("a", "baselined"), ("b", "baselined")])
            document = self.run_json(database, "baseline", "b", "--plan", plan)
            self.assertEqual(document["migrations"], [])
            _, err = self.garboard(database, "rollback", "--plan", plan, code=20)
            self.assertIn("baselined", err)
            document = self.run_json(database, "migrate", "--plan", plan)
            self.assertEqual([m["id"] for m in document["migrations"]], ["c"])
            _, err = self.garboard(database, "baseline", "b", "--plan", plan, code=20)
            self.assertIn("'c'", err)
            self.garboard(database, "baseline", "zzz", "--plan", plan, code=2)

    def test_ten_baselines_at_once_record_each_once(self):
        plan = self.plan([table("a"), table("b")])
        for database in self.each():
            runs = [self.start(database, "baseline", "b", "--plan", plan) for _ in range(10)]
            for run in runs:
                out, err = run.communicate(timeout=60)
                self.assertEqual(run.returncode, 0, out + err)
            self.assertEqual(self.log(database), [("a", "baselined"), ("b", "baselined")])

    def hanging_run(self, database, plan):
        """A run that is asked before its first statement, and waits for an answer that never comes."""
        told = os.path.join(self.folder.name, "told")
        hooks = os.path.join(self.folder.name, "hooks.json")
        with open(hooks, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "hooks": [{"name": "moody", "events": ["before_statement"], "timeout": "1h",
                                                "config": {"mood": "hang", "file": told}}]}, file)
        run = self.start(database, "migrate", "--plan", plan, "--hooks", hooks, "--plugin-dir", TEST_HOOKS)
        for _ in range(600):
            if os.path.exists(told) or run.poll() is not None:
                break
            time.sleep(0.05)
        return run

    def test_nothing_is_recorded_beside_a_run_outside_a_transaction(self):
        plan = self.plan([{**table("a"), "transaction": "never"}])
        for database in self.each():
            run = self.hanging_run(database, plan)
            _, err = self.garboard(database, "mark", "a", "applied", "--plan", plan, "--reason", "r",
                                   "--lock-wait", "100ms", code=11)
            self.assertIn("another run holds the lock", err)
            run.send_signal(signal.SIGTERM)
            out, err = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 13, out + err)
            os.remove(os.path.join(self.folder.name, "told"))

    def test_mark_corrects_one_row_and_keeps_the_reason(self):
        plan = self.plan([table("a"), table("b")])
        for database in self.each():
            self.migrate(database, plan, "--to", "a")
            _, err = self.garboard(database, "mark", "b", "applied", "--plan", plan, code=2)
            self.assertIn("--reason", err)
            why = ("--reason", "made by hand, it's ticket 12")
            self.garboard(database, "mark", "b", "done", "--plan", plan, *why, code=2)
            self.garboard(database, "mark", "z", "applied", "--plan", plan, *why, code=2)
            self.run_json(database, "mark", "b", "applied", "--plan", plan, *why, "--dry-run")
            self.assertEqual(self.ids(database), ["a"])
            self.run_json(database, "mark", "b", "applied", "--plan", plan, *why)
            self.assertEqual(self.ids(database), ["a", "b"])
            document = self.run_json(database, "mark", "b", "applied", "--plan", plan, *why)
            self.assertEqual(document["migrations"], [])
            self.run_json(database, "mark", "b", "pending", *why)  # needs no plan
            self.assertEqual(self.ids(database), ["a"])
            self.assertEqual(
                database.query("SELECT id, action, reason FROM garboard_migrations_log ORDER BY seq"),
                [("b", "marked_applied", why[1]), ("b", "marked_pending", why[1])])
            self.migrate(database, plan)
            self.assertEqual(self.ids(database), ["a", "b"])

    def test_mark_ends_a_half_applied_migration_either_way(self):
        plan = self.plan([{"id": "half", "up": [{"sql": "CREATE TABLE t_h (x INT); DROP TABLE no;"}]}])
        for database in self.each(MYSQL):
            self.migrate(database, plan, code=31)
            _, err = self.garboard(database, "rollback", "--plan", plan, code=31)
            self.assertIn("half applied", err)
            self.run_json(database, "mark", "half", "applied", "--plan", plan, "--reason", "done by hand")
            self.assertEqual(self.states(database), [("half", "applied")])
            self.assertEqual(database.query("SELECT id FROM garboard_migrations_journal"), [])
            database.query("DROP TABLE t_h")
            self.garboard(database, "mark", "half", "pending", "--reason", "dropped")
            self.migrate(database, plan, code=31)
            self.garboard(database, "mark", "half", "pending", "--reason", "again")
            self.assertEqual(self.states(database), [])
            self.assertEqual(database.query("SELECT id FROM garboard_migrations_journal"), [])

    def test_accepts_changed_checksums_when_told(self):
        for database in self.each():
            self.migrate(database, self.plan([table("a"), table("b"), table("c")]))
            plan = self.plan([{**table("a"), "up": [{"sql": "CREATE TABLE t_a (y INT);"}]},
                              {**table("b"), "up": [{"sql": "CREATE TABLE t_b (y INT);"}]},
                              table("c")])
            self.migrate(database, plan, code=32)
            document = self.run_json(database, "repair", "--plan", plan)
            self.assertEqual([(m["id"], m["state"], m["remedies"]) for m in document["migrations"]],
                             [("a", "changed", ["garboard repair a --accept-changed"]),
                              ("b", "changed", ["garboard repair b --accept-changed"])])
            self.garboard(database, "repair", "c", "--accept-changed", "--plan", plan, code=2)
            self.garboard(database, "repair", "a", "--accept-changed", code=2)
            self.run_json(database, "repair", "a", "--accept-changed", "--plan", plan, "--reason", "comment")
            self.migrate(database, plan, code=32)
            self.run_json(database, "repair", "--accept-changed", "--plan", plan)
            self.migrate(database, plan)
            self.assertEqual(self.log(database), [("a", "repaired"), ("b", "repaired")])
            out, _ = self.garboard(database, "repair", "--plan", plan)
            self.assertIn("nothing needs repair", out)

    def interrupted(self, database):
        """A run that was killed in a statement of which nobody can tell whether it took effect."""
        database.query("DELIMITER //\nCREATE PROCEDURE p() BEGIN CREATE TABLE t_p (x INT); "
                       "DO SLEEP(5); END //")
        plan = self.plan([{"id": "calls", "up": [
            {"sql": "CREATE TABLE t_c (x INT);"}, {"sql": "INSERT INTO t_c VALUES (1);"},
            {"sql": "CALL p();"}, {"sql": "INSERT INTO t_c VALUES (2);"}]}])
        run = self.start(database, "migrate", "--plan", plan)
        deadline = time.monotonic() + 30
        found = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 't_p'"
        while database.scalar(found) == "0" and time.monotonic() < deadline:
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        database.query("DROP PROCEDURE IF EXISTS p")
        database.query("CREATE PROCEDURE p() CREATE TABLE IF NOT EXISTS t_p (x INT)")
        return plan

    def test_repair_settles_a_statement_whose_end_nobody_saw(self):
        for database in self.each(MYSQL):
            for answer, left in (("done", "0"), ("not-done", "1")):
                plan = self.interrupted(database)
                _, err = self.migrate(database, plan, code=31)
                self.assertIn("garboard repair calls --statement done", err)
                out, _ = self.garboard(database, "repair", "--plan", plan)
                self.assertIn("statement 3 was interrupted", out)
                self.assertIn("CALL p()", out)
                database.query("DROP TABLE t_p")
                self.run_json(database, "repair", "--statement", answer, "--reason", "looked")
                self.garboard(database, "repair", "--statement", answer, code=2)
                self.migrate(database, plan)
                made = ("SELECT COUNT(*) FROM information_schema.tables "
                        "WHERE table_schema = DATABASE() AND table_name = 't_p'")
                self.assertEqual(database.scalar(made), left)
                self.assertEqual(database.query("SELECT x FROM t_c ORDER BY x"), [("1",), ("2",)],
                                 "what is before and after it ran once")
                self.assertEqual(self.states(database), [("calls", "applied")])
                self.assertEqual(self.log(database)[-1], ("calls", "repaired"))
                self.garboard(database, "mark", "calls", "pending", "--reason", "once more")
                for name in ("TABLE IF EXISTS t_c", "TABLE IF EXISTS t_p", "PROCEDURE IF EXISTS p"):
                    database.query("DROP " + name)

    def test_a_failure_after_not_done_still_knows_what_is_before_it(self):
        for database in self.each(MYSQL):
            plan = self.interrupted(database)
            database.query("DROP TABLE t_p")
            database.query("DROP PROCEDURE p")
            self.run_json(database, "repair", "--statement", "not-done")
            self.migrate(database, plan, code=31)  # the procedure is not there
            database.query("CREATE PROCEDURE p() CREATE TABLE t_p (x INT)")
            self.migrate(database, plan)
            self.assertEqual(database.query("SELECT x FROM t_c ORDER BY x"), [("1",), ("2",)])

    def test_history_tells_all_of_it(self):
        for database in self.each():
            database.query("CREATE TABLE unrelated (x INT)")
            self.assertEqual(self.run_json(database, "history")["events"], [])
            plan = self.plan([table("a"), table("b")])
            self.run_json(database, "baseline", "a", "--plan", plan)
            self.migrate(database, plan)
            self.garboard(database, "rollback", "--plan", plan)
            self.migrate(database, plan)
            self.garboard(database, "mark", "b", "pending", "--reason", "a bird died")
            document = self.run_json(database, "history")
            self.assertEqual([(e["id"], e["action"]) for e in document["events"]],
                             [("b", "markedPending"), ("b", "applied"), ("b", "rolledBack"),
                              ("b", "applied"), ("a", "baselined")])
            for event in document["events"]:
                self.assertTrue(event["at"] and event["appliedBy"] and event["runId"])
            self.assertEqual(document["events"][0]["reason"], "a bird died")
            self.assertIn("durationMs", document["events"][2])
            out, _ = self.garboard(database, "history", "--limit", "2")
            self.assertEqual(len(out.splitlines()), 2)
            self.assertIn("a bird died", out)

    def test_a_missing_log_breaks_nothing(self):
        for database in self.each():
            plan = self.plan([table("a"), table("b")])
            self.migrate(database, plan, "--to", "a")
            database.query("DROP TABLE garboard_migrations_log")
            self.garboard(database, "status", "--plan", plan)
            self.migrate(database, plan)
            self.assertEqual(len(self.run_json(database, "history")["events"]), 2)
            self.garboard(database, "repair", "--plan", plan)
            self.garboard(database, "rollback", "--plan", plan, "--steps", "1")
            self.assertEqual(self.log(database), [("b", "rolled_back")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
