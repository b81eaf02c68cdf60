# SPDX-License-Identifier: Apache-2.0
"""What a run makes of what others left behind, or took away from under it."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from case import GarboardTest, table  # noqa: E402

SERVERS = (databases.Postgres, databases.Mariadb, databases.Mysql)
SLEEPS = {"postgres": "SELECT pg_sleep(120)", "mysql": "SELECT SLEEP(120)"}
SLEEPERS = {
    "postgres": "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' "
                "AND datname = current_database()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%' "
             "AND db = DATABASE()"}
KILLS = {"postgres": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


class RecoveryTest(GarboardTest):
    def wait_for_sleeper(self, database):
        for _ in range(600):
            rows = database.query(SLEEPERS[database.kind])
            if rows:
                return rows[0][0]
            time.sleep(0.05)
        self.fail("the statement never ran")

    def sleeping_run(self, database):
        """A run that has applied two migrations and sleeps in the third, and its session."""
        plan = self.plan([{"id": "one", "up": [{"sql": "CREATE TABLE one (x INT);"}]},
                          {"id": "two", "up": [{"sql": "CREATE TABLE two (x INT);"}]},
                          {"id": "three", "up": [{"sql": SLEEPS[database.kind] + ";"}]}])
        run = self.start(database, "migrate", "--plan", plan)
        return run, self.wait_for_sleeper(database)

    def end(self, run):
        out, err = run.communicate(timeout=120)
        return run.returncode, out + err

    def cut_and_find_history_lost(self, database, run, session):
        database.query(KILLS[database.kind].format(session))
        code, text = self.end(run)
        self.assertEqual(code, 31, text)
        self.assertIn("history-lost", text)

    def test_a_run_whose_connection_was_cut_finds_its_way_back(self):
        for database in self.each(SERVERS):
            run, session = self.sleeping_run(database)
            database.query(KILLS[database.kind].format(session))
            again = self.wait_for_sleeper(database)
            self.assertNotEqual(again, session)
            run.terminate()
            self.assertEqual(self.end(run)[0], 13)
            self.assertEqual(self.ids(database), ["one", "two"])

    def test_a_history_that_lost_rows_during_the_run_stops_it(self):
        for database in self.each(SERVERS):
            run, session = self.sleeping_run(database)
            database.query("DELETE FROM garboard_migrations WHERE app = 'default' AND id = 'two'")
            self.cut_and_find_history_lost(database, run, session)

    def test_a_history_that_lost_rows_of_earlier_runs_stops_it(self):
        for database in self.each(SERVERS):
            self.migrate(database, self.plan([{"id": "one", "up": [{"sql": "CREATE TABLE one (x INT);"}]}]))
            plan = self.plan([{"id": "one", "up": [{"sql": "CREATE TABLE one (x INT);"}]},
                              {"id": "two", "up": [{"sql": SLEEPS[database.kind] + ";"}]}])
            run = self.start(database, "migrate", "--plan", plan)
            session = self.wait_for_sleeper(database)
            database.query("DELETE FROM garboard_migrations WHERE app = 'default' AND id = 'one'")
            self.cut_and_find_history_lost(database, run, session)

    def sleeping_rollback(self, database, *options):
        """A rollback of two of three that has undone 'c' and sleeps in the down of 'b', and its session."""
        sleep = {"id": "b", "up": [{"sql": "CREATE TABLE t_b (x INT);"}],
                 "down": [{"sql": f"{SLEEPS[database.kind]}; DROP TABLE t_b;"}]}
        plan = self.plan([table("a"), sleep, table("c")])
        self.migrate(database, plan)
        database.query("CREATE TABLE kept AS SELECT * FROM garboard_migrations WHERE id = 'c'")
        run = self.start(database, "rollback", "--plan", plan, *options)
        return run, self.wait_for_sleeper(database)

    def test_a_rollback_does_not_undo_what_is_applied_again_stands_on(self):
        for options, code, reason in ((("--steps", "2"), 31, "rollback-incomplete"),
                                      (("--to", "a"), 12, "applied-meanwhile")):
            for database in self.each(SERVERS):
                run, session = self.sleeping_rollback(database, *options)
                database.query("UPDATE kept SET run_id = 'another'")
                database.query("INSERT INTO garboard_migrations SELECT * FROM kept")
                database.query(KILLS[database.kind].format(session))
                ended, text = self.end(run)
                self.assertEqual(ended, code, text)
                self.assertIn(reason, text)
                self.assertIn("applied migration 'c'", text)
                self.assertIn("t_b", self.tables(database))

    def test_a_rollback_whose_undone_rows_are_back_stops(self):
        for database in self.each(SERVERS):
            run, session = self.sleeping_rollback(database, "--to", "a")
            database.query("INSERT INTO garboard_migrations SELECT * FROM kept")
            self.cut_and_find_history_lost(database, run, session)

    def test_applications_make_their_common_tables_at_once(self):
        plan = self.plan([{"id": "a", "up": [{"sql": "SELECT 1;"}]}])
        for database in self.each(SERVERS):
            runs = [self.start(database, "migrate", "--plan", plan, "--app", f"app{n}")
                    for n in range(8)]
            for run in runs:
                code, text = self.end(run)
                self.assertEqual(code, 0, text)
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM garboard_migrations"), "8")

    def test_an_index_left_invalid_is_built_anew(self):
        base = {"id": "base", "up": [{"sql": "CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (1);"}]}
        for words in ("", "IF NOT EXISTS "):
            plan = self.plan([base, {"id": "index", "up": [
                {"sql": f"CREATE UNIQUE INDEX CONCURRENTLY {words}t_n ON t (n);"}]}])
            for database in self.each((databases.Postgres,)):
                self.migrate(database, plan, code=30)
                valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass"
                self.assertEqual(database.scalar(valid), "f")
                database.query("DELETE FROM t WHERE ctid = '(0,1)'")
                _, err = self.migrate(database, plan)
                self.assertIn("INVALID", err)
                self.assertEqual(database.scalar(valid), "t")
                self.assertEqual(self.ids(database), ["base", "index"])


if __name__ == "__main__":
    unittest.main()
