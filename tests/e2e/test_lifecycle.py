# SPDX-License-Identifier: Apache-2.0
"""rollback and redo, on every database, looked at from outside."""

import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from case import GarboardTest, table  # noqa: E402


class LifecycleTest(GarboardTest):
    def outcomes(self, document):
        return [(m["id"], m["outcome"]) for m in document["migrations"]]

    def tables(self, database):
        return [name for name in super().tables(database) if name.startswith("t_")]

    def two_runs(self, database):
        """One migration by a first run, two by a second."""
        self.migrate(database, self.plan([table("a")]))
        plan = self.plan([table("a"), table("b"), table("c")])
        self.migrate(database, plan)
        return plan

    def test_undoes_what_the_last_run_applied_newest_first(self):
        for database in self.each():
            plan = self.two_runs(database)
            document = self.run_json(database, "rollback", "--plan", plan)
            self.assertEqual(self.outcomes(document), [("c", "rolledBack"), ("b", "rolledBack")])
            self.assertEqual(self.tables(database), ["t_a"])
            self.assertEqual(self.ids(database), ["a"])
            self.assertEqual(self.log(database), [("c", "rolled_back"), ("b", "rolled_back")])
            detail = json.loads(database.scalar("SELECT detail FROM garboard_migrations_log "
                                                "WHERE id = 'c'"))
            self.assertEqual(detail["ordinal"], 3)
            self.assertTrue(detail["finishedAt"] and detail["runId"] and detail["appliedBy"])
            self.migrate(database, plan)
            self.assertEqual(self.ids(database), ["a", "b", "c"])

    def test_undoes_as_many_as_asked_or_back_to_one(self):
        for database in self.each():
            plan = self.two_runs(database)
            document = self.run_json(database, "rollback", "--plan", plan, "--steps", "1")
            self.assertEqual(self.outcomes(document), [("c", "rolledBack")])
            self.migrate(database, plan)
            self.run_json(database, "rollback", "--plan", plan, "--to", "a")
            self.assertEqual(self.ids(database), ["a"])
            self.assertEqual(self.tables(database), ["t_a"])
            out, _ = self.garboard(database, "rollback", "--plan", plan, "--to", "a")
            self.assertIn("nothing to roll back", out)
            self.garboard(database, "rollback", "--plan", plan, "--to", "z", code=2)
            self.garboard(database, "rollback", "--plan", plan, "--to", "a", "--steps", "1", code=2)
            self.garboard(database, "rollback", "--plan", plan, "--steps", "0", code=2)
            self.garboard(database, "rollback", "--plan", plan, "--steps", "99")
            self.assertEqual(self.tables(database), [])
            self.garboard(database, "rollback", "--plan", plan)

    def test_a_dry_run_says_what_would_run_and_changes_nothing(self):
        for database in self.each():
            plan = self.two_runs(database)
            document = self.run_json(database, "rollback", "--plan", plan, "--dry-run")
            self.assertEqual([(m["id"], m["outcome"], m["statements"], m["downFrom"])
                              for m in document["migrations"]],
                             [("c", "notStarted", 1, "plan"), ("b", "notStarted", 1, "plan")])
            self.assertEqual(self.ids(database), ["a", "b", "c"])
            self.assertEqual(self.log(database), [])

    def test_an_older_image_undoes_with_the_down_that_was_kept(self):
        for database in self.each():
            self.two_runs(database)
            older = self.plan([table("a")], name="older.json")
            document = self.run_json(database, "rollback", "--plan", older)
            self.assertEqual([(m["id"], m["downFrom"]) for m in document["migrations"]],
                             [("c", "history"), ("b", "history")])
            self.assertEqual(self.tables(database), ["t_a"])
            self.run_json(database, "rollback")  # no plan at all
            self.assertEqual(self.tables(database), [])

    def test_the_kept_down_is_used_when_the_plan_reads_otherwise_now(self):
        for database in self.each():
            self.migrate(database, self.plan([table("a")]))
            edited = self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE t_z (x INT);"}],
                                 "down": [{"sql": "DROP TABLE t_z;"}]}])
            document = self.run_json(database, "rollback", "--plan", edited)
            self.assertEqual(document["migrations"][0]["downFrom"], "history")
            self.assertEqual(self.tables(database), [])

    def test_the_kept_down_is_that_of_the_text_that_was_applied_in_the_end(self):
        def half(second, down):
            return self.plan([{"id": "m", "name": down, "transaction": "never",
                               "up": [{"sql": f"CREATE TABLE t_one (x INT); {second};"}],
                               "down": [{"sql": down}]}])
        for database in self.each():
            self.migrate(database, half("CREATE TABEL t_two (x INT)", "DROP TABLE t_none;"), code=31)
            self.migrate(database, half("CREATE TABLE t_two (x INT)", "DROP TABLE t_two; DROP TABLE t_one;"))
            self.assertEqual(database.scalar("SELECT name FROM garboard_migrations"),
                             "DROP TABLE t_two; DROP TABLE t_one;")
            self.run_json(database, "rollback", "--plan", self.plan([table("other")]), "--steps", "1")
            self.assertEqual(self.tables(database), [])

    def test_nothing_is_undone_when_one_has_no_down(self):
        for database in self.each():
            first = {"id": "a", "up": [{"sql": "CREATE TABLE t_a (x INT);"}]}
            plan = self.plan([first, table("b")])
            self.migrate(database, plan)
            _, err = self.garboard(database, "rollback", "--plan", plan, code=20)
            self.assertIn("'a' has no down", err)
            self.assertIn("`down`", err)
            self.assertEqual(self.tables(database), ["t_a", "t_b"])
            self.garboard(database, "rollback", "--plan", plan, "--steps", "1")
            self.assertEqual(self.tables(database), ["t_a"])

    def test_a_failing_down_leaves_its_migration_applied(self):
        for database in self.each(databases.TRANSACTIONAL):
            bad = {**table("b"), "down": [{"sql": "DROP TABLE t_b; DROP TABLE nowhere;"}]}
            plan = self.plan([table("a"), bad, table("c")])
            self.migrate(database, plan)
            _, err = self.garboard(database, "rollback", "--plan", plan, code=30)
            self.assertIn("nowhere", err)
            self.assertEqual(self.ids(database), ["a", "b"])
            self.assertEqual(self.tables(database), ["t_a", "t_b"])
            self.assertEqual(self.log(database), [("c", "rolled_back")])

    def test_a_down_that_fails_half_way_is_finished_by_rollback(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            bad = {**table("b"), "down": [{"sql": "DROP TABLE t_b; DROP TABLE nowhere;"}]}
            self.migrate(database, self.plan([table("a"), bad]))
            plan = self.plan([table("a"), bad])
            self.garboard(database, "rollback", "--plan", plan, "--steps", "1", code=31)
            self.assertEqual(database.query("SELECT id, state FROM garboard_migrations ORDER BY id"),
                             [("a", "applied"), ("b", "reverting")])
            _, err = self.migrate(database, plan, code=31)
            self.assertIn("garboard rollback", err)
            mended = self.plan([table("a"), {**bad, "down": [{"sql": "DROP TABLE t_b; SELECT 1;"}]}])
            document = self.run_json(database, "rollback", "--plan", mended, "--steps", "1")
            self.assertEqual(self.outcomes(document), [("b", "rolledBack")])
            self.assertEqual(document["migrations"][0]["resumed"], 1)
            self.assertEqual(self.ids(database), ["a"])
            self.assertEqual(database.query("SELECT id FROM garboard_migrations_journal"), [])

    def test_a_down_whose_first_statement_fails_changes_nothing(self):
        for database in self.each():
            bad = {**table("b"), "down": [{"sql": "DROP TABLE nowhere;"}]}
            plan = self.plan([bad])
            self.migrate(database, plan)
            self.garboard(database, "rollback", "--plan", plan, code=30)
            self.assertEqual(self.ids(database), ["b"])
            self.migrate(database, plan)

    def test_ten_at_once_undo_each_migration_once(self):
        plan = self.plan([{"id": "base", "up": [{"sql": "CREATE TABLE done (n INT);"}]}] +
                         [{**table(f"m{n}"), "down": [{"sql": f"DROP TABLE t_m{n}; "
                                                              f"INSERT INTO done VALUES ({n});"}]}
                          for n in range(6)])
        for database in self.each():
            self.migrate(database, plan)
            runs = [self.start(database, "rollback", "--plan", plan, "--to", "base", "--output",
                               "json") for _ in range(10)]
            undone = 0
            for run in runs:
                out, err = run.communicate(timeout=120)
                self.assertEqual(run.returncode, 0, out + err)
                undone += json.loads(out).get("summary", {}).get("rolledBack", 0)
            self.assertEqual(undone, 6, "each is reported by one run")
            rows = database.query("SELECT n, COUNT(*) FROM done GROUP BY n ORDER BY n")
            self.assertEqual(rows, [(str(n), "1") for n in range(6)])
            self.assertEqual(self.ids(database), ["base"])
            self.assertEqual(len(self.log(database)), 6)

    def test_a_killed_rollback_goes_on_where_it_stopped(self):
        slow = {**table("slow"), "down": [
            {"sql": "CREATE TABLE t_x (x INT); DROP TABLE t_slow; SELECT SLEEP(5); DROP TABLE t_x;"}]}
        for database in self.each((databases.Mariadb, databases.Mysql)):
            plan = self.plan([table("a"), slow])
            self.migrate(database, plan)
            run = self.start(database, "rollback", "--plan", plan, "--steps", "1")
            deadline = time.monotonic() + 30
            while "t_slow" in self.tables(database) and time.monotonic() < deadline:
                time.sleep(0.05)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            self.assertEqual(database.scalar("SELECT state FROM garboard_migrations "
                                             "WHERE id = 'slow'"), "reverting")
            self.migrate(database, plan, code=31)
            document = self.run_json(database, "rollback", "--plan", plan, "--steps", "1")
            self.assertEqual(document["migrations"][0]["resumed"], 2)
            self.assertEqual(self.tables(database), ["t_a"])
            self.assertEqual(self.ids(database), ["a"])

    def test_a_signal_in_a_down_undoes_that_down(self):
        slow = {**table("slow"), "down": [{"sql": "DROP TABLE t_slow; SELECT pg_sleep(30);"}]}
        for database in self.each((databases.Postgres,)):
            plan = self.plan([slow])
            self.migrate(database, plan)
            run = self.start(database, "rollback", "--plan", plan)
            asleep = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                      "query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()")
            deadline = time.monotonic() + 30
            while database.scalar(asleep) == "0" and time.monotonic() < deadline:
                time.sleep(0.05)
            run.send_signal(signal.SIGTERM)
            out, err = run.communicate(timeout=30)
            self.assertEqual(run.returncode, 13, out + err)
            self.assertEqual(self.tables(database), ["t_slow"])
            self.assertEqual(self.ids(database), ["slow"])

    def test_a_down_outside_a_transaction_is_journaled(self):
        indexed = {"id": "idx", "transaction": "never",
                   "up": [{"sql": "CREATE INDEX CONCURRENTLY i ON t_a (x);"}],
                   "down": [{"sql": "DROP INDEX CONCURRENTLY i;"}]}
        for database in self.each((databases.Postgres,)):
            self.migrate(database, self.plan([table("a"), indexed]))
            document = self.run_json(database, "rollback", "--steps", "1")
            self.assertEqual(document["migrations"][0]["downFrom"], "history")
            self.assertEqual(database.scalar("SELECT count(*) FROM pg_indexes WHERE indexname = 'i'"),
                             "0")
            self.assertEqual(self.ids(database), ["a"])

    def test_redo_undoes_and_applies_again(self):
        for database in self.each():
            plan = self.plan([table("a"), table("b"), table("c")])
            self.migrate(database, plan, "--to", "b")
            edited = {**table("b"), "up": [{"sql": "CREATE TABLE t_b (x INT, y INT);"}]}
            plan = self.plan([table("a"), edited, table("c")])
            self.migrate(database, plan, code=32)
            document = self.run_json(database, "redo", "--plan", plan)
            self.assertEqual(self.outcomes(document), [("b", "rolledBack"), ("b", "applied")])
            database.query("SELECT y FROM t_b")
            self.assertEqual(self.tables(database), ["t_a", "t_b"], "what is pending stays pending")
            self.assertEqual(self.ids(database), ["a", "b"])
            self.garboard(database, "redo", "--plan", self.plan([table("a")]), code=34)
            self.assertEqual(self.ids(database), ["a", "b"])

    def test_repeatable_migrations_are_applied_again_and_stay_in_a_rollback(self):
        def view(n):
            return {"id": "view", "repeatable": True, "up": [
                {"sql": f"DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT {n} AS n;"}]}
        for database in self.each():
            self.migrate(database, self.plan([view(1), table("a")]))
            self.assertEqual(self.ids(database), ["a", "view"])
            plan = self.plan([view(2), table("a"), table("b")])
            document = self.run_json(database, "migrate", "--plan", plan)
            self.assertEqual(self.outcomes(document), [("b", "applied"), ("view", "applied")])
            self.assertEqual(database.scalar("SELECT n FROM v"), "2")
            self.assertEqual(self.ids(database), ["a", "b", "view"])
            self.assertEqual(self.log(database), [("view", "reapplied")])
            self.assertEqual(self.run_json(database, "migrate", "--plan", plan)["migrations"], [])
            document = self.run_json(database, "rollback", "--plan", plan)
            self.assertEqual(self.outcomes(document), [("b", "rolledBack")])

    def test_a_repeatable_migration_that_fails_keeps_what_was_applied(self):
        def view(sql):
            return self.plan([{"id": "view", "repeatable": True, "up": [{"sql": sql}]}])
        for database in self.each():
            self.migrate(database, view("CREATE TABLE t_v (x INT);"))
            before = database.query("SELECT checksum, state FROM garboard_migrations")
            self.migrate(database, view("DROP TABLE nowhere;"), code=30)
            self.assertEqual(database.query("SELECT checksum, state FROM garboard_migrations"), before)
            self.migrate(database, view("DROP TABLE t_v;"))
            self.assertEqual(self.log(database), [("view", "reapplied")])
            self.assertEqual(self.tables(database), [])

    def test_a_killed_replacement_of_a_repeatable_migration_goes_on(self):
        def plan(sql):
            return self.plan([{"id": "r", "repeatable": True, "up": [{"sql": sql}]}])
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.migrate(database, plan("CREATE TABLE t_r (x INT);"))
            before = database.scalar("SELECT checksum FROM garboard_migrations")
            again = plan("CREATE TABLE t_x (x INT); SELECT SLEEP(5); DROP TABLE t_r;")
            run = self.start(database, "migrate", "--plan", again)
            deadline = time.monotonic() + 30
            while "t_x" not in self.tables(database) and time.monotonic() < deadline:
                time.sleep(0.05)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            self.assertEqual(database.query("SELECT state, checksum FROM garboard_migrations"),
                             [("partial", before)])
            self.migrate(database, again)
            self.assertEqual(self.tables(database), ["t_x"])
            self.assertEqual(self.log(database), [("r", "reapplied")])
            detail = json.loads(database.scalar("SELECT detail FROM garboard_migrations_log"))
            self.assertEqual(detail["checksum"], before)
            self.assertNotEqual(database.scalar("SELECT checksum FROM garboard_migrations"), before)

    def test_nothing_is_undone_when_the_row_does_not_go(self):
        for database in self.each((databases.Sqlite,)):
            plan = self.plan([table("a")])
            self.migrate(database, plan)
            database.query("CREATE TRIGGER stays BEFORE DELETE ON garboard_migrations "
                           "BEGIN SELECT RAISE(IGNORE); END")
            _, err = self.garboard(database, "rollback", "--plan", plan, code=25)
            self.assertIn("trigger", err)
            self.assertEqual(self.tables(database), ["t_a"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
