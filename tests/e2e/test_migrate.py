# SPDX-License-Identifier: Apache-2.0
"""What `garboard migrate` promises, on every database, looked at from outside."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from case import GARBOARD, PROJECT, GarboardTest, environment  # noqa: E402



class MigrateTest(GarboardTest):
    def broken(self, database):
        return {"id": "third", "up": [{"sql": "CREATE TABLE c (x INT); INSERT INTO nowhere VALUES (1);"}]}

    def test_applies_the_example_for_all_databases_once(self):
        plan = os.path.join(PROJECT, "examples", "migrate", "all.yaml")
        for database in self.each():
            self.migrate(database, plan)
            first = database.query("SELECT id, started_at, run_id FROM garboard_migrations ORDER BY ordinal")
            self.assertGreater(len(first), 1)
            out, _ = self.migrate(database, plan, "--output", "json")
            again = database.query("SELECT id, started_at, run_id FROM garboard_migrations ORDER BY ordinal")
            self.assertEqual(first, again)
            self.assertEqual(json.loads(out)["migrations"], [])
            self.garboard(database, "status", "--plan", plan, "--exit-code")

    def test_ten_at_once_apply_each_migration_exactly_once(self):
        # no key forbids a second row, so a migration applied twice shows
        plan = self.plan([{"id": "base", "up": [{"sql": "CREATE TABLE done (n INT);"}]}] +
                         [{"id": f"m{n}", "up": [{"sql": f"CREATE TABLE t{n} (x INT); "
                                                         f"INSERT INTO done VALUES ({n});"}]}
                          for n in range(8)])
        for database in self.each():
            runs = [self.start(database, "migrate", "--plan", plan, "--output", "json")
                    for _ in range(10)]
            applied = 0
            for run in runs:
                out, err = run.communicate(timeout=120)
                self.assertEqual(run.returncode, 0, out + err)
                applied += json.loads(out).get("summary", {}).get("applied", 0)
            self.assertEqual(applied, 9, "each migration is reported as applied by one run")
            rows = database.query("SELECT n, COUNT(*) FROM done GROUP BY n ORDER BY n")
            self.assertEqual(rows, [(str(n), "1") for n in range(8)])
            self.assertEqual(self.ids(database), ["base"] + [f"m{n}" for n in range(8)])

    def good_two(self):
        return [{"id": "first", "up": [{"sql": "CREATE TABLE a (x INT);"}]},
                {"id": "second", "up": [{"sql": "CREATE TABLE b (x INT); INSERT INTO b VALUES (2);"}]}]

    def test_a_broken_third_leaves_the_database_as_after_the_second(self):
        for database in self.each(databases.TRANSACTIONAL):
            plan = self.plan(self.good_two() + [self.broken(database)])
            _, err = self.migrate(database, plan, code=30)
            self.assertIn("nowhere", err)
            self.assertEqual(self.tables(database), ["a", "b"])
            self.assertEqual(self.ids(database), ["first", "second"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM garboard_migrations_journal"), "0")
            mended = self.plan(self.good_two() + [{"id": "third", "up": [{"sql": "CREATE TABLE c (x INT);"}]}])
            self.migrate(database, mended)
            self.assertEqual(self.ids(database), ["first", "second", "third"])
            self.assertEqual(self.tables(database), ["a", "b", "c"])

    def test_a_broken_third_resumes_where_ddl_cannot_roll_back(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            plan = self.plan(self.good_two() + [self.broken(database)])
            _, err = self.migrate(database, plan, code=31)
            self.assertIn("nowhere", err)
            self.assertEqual(self.tables(database), ["a", "b", "c"])
            self.assertEqual(self.ids(database), ["first", "second"])
            failed = database.query("SELECT id, seq FROM garboard_migrations_journal WHERE state = 'failed'")
            self.assertEqual(failed, [("third", "2")])
            out, _ = self.garboard(database, "status", "--plan", plan, "--output", "json")
            self.assertIn("third", out)
            mended = self.plan(self.good_two() + [
                {"id": "third", "up": [{"sql": "CREATE TABLE c (x INT); INSERT INTO c VALUES (3);"}]}])
            self.migrate(database, mended)
            self.assertEqual(self.ids(database), ["first", "second", "third"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM c"), "1")
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM garboard_migrations_journal"), "0")

    def test_a_done_statement_that_was_edited_is_refused(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.migrate(database, self.plan([self.broken(database)]), code=31)
            edited = self.plan([{"id": "third", "up": [
                {"sql": "CREATE TABLE other (x INT); INSERT INTO other VALUES (1);"}]}])
            self.migrate(database, edited, code=32)
            self.assertEqual(self.tables(database), ["c"])

    def test_nothing_stays_of_a_migration_whose_first_ddl_fails(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            plan = self.plan([{"id": "one", "up": [{"sql": "CREATE TABLE a (x INT, x INT);"}]}])
            self.migrate(database, plan, code=30)
            self.assertEqual(database.query("SELECT id FROM garboard_migrations"), [])
            self.assertEqual(database.query("SELECT id FROM garboard_migrations_journal"), [])

    def test_data_before_a_failing_statement_is_rolled_back_everywhere(self):
        good = {"id": "t", "up": [{"sql": "CREATE TABLE t (x INT);"}]}
        bad = {"id": "data", "up": [{"sql": "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);"
                                            "INSERT INTO nowhere VALUES (3);"}]}
        for database in self.each():
            self.migrate(database, self.plan([good, bad]), code=30)
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM t"), "0")
            self.assertEqual(self.ids(database), ["t"])

    def test_an_error_points_at_its_place_in_the_plan(self):
        path = os.path.join(self.folder.name, "plan.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("version: 1\nmigrations:\n  - id: m\n    up:\n      - sql: |\n"
                       "          CREATE TABLE c (x INT);\n          INSERT INTO c\n"
                       "            VALUEZ ('é', 1);\n")
        for database in self.each():
            _, err = self.migrate(database, path, "--log-format", "text",
                                  code=31 if database.kind == "mysql" else 30)
            self.assertIn(path + ":8:13", err)

    def test_a_killed_run_goes_on_without_repeating_anything(self):
        sql = ("CREATE TABLE log (n INT); INSERT INTO log VALUES (1); "
               "ALTER TABLE held ADD COLUMN y INT; INSERT INTO log VALUES (2);")
        plan = self.plan([{"id": "base", "up": [{"sql": "CREATE TABLE held (x INT);"}]},
                          {"id": "m", "up": [{"sql": sql}]}])
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.migrate(database, self.plan([{"id": "base", "up": [{"sql": "CREATE TABLE held (x INT);"}]}],
                                             "base.json"))
            holder = subprocess.Popen(database.command(database.name), text=True,
                                      env=database.environment(), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
            self.addCleanup(holder.stdout.close)
            holder.stdin.write("BEGIN; SELECT COUNT(*) FROM held; SELECT SLEEP(3); COMMIT;\n")
            holder.stdin.flush()
            time.sleep(0.5)
            run = self.start(database, "migrate", "--plan", plan, "--lock-timeout", "60s")
            time.sleep(1)
            self.assertIsNone(run.poll(), "ALTER TABLE did not wait")
            run.kill()
            run.communicate()
            # the server knows nothing of the kill: its orphan alters the table once the holder ends
            self.migrate(database, plan)
            holder.stdin.close()
            holder.wait()
            self.assertEqual(database.query("SELECT n, COUNT(*) FROM log GROUP BY n ORDER BY n"),
                             [("1", "1"), ("2", "1")])
            self.assertEqual(self.ids(database), ["base", "m"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM garboard_migrations_journal"), "0")

    def test_nothing_pending_needs_no_lock_and_no_write(self):
        plan = self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE a (x INT);"}]}])
        more = self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE a (x INT);"}]},
                          {"id": "b", "up": [{"sql": "CREATE TABLE b (x INT);"}]}], "more.json")
        for database in self.each((databases.Sqlite,)):
            self.migrate(database, plan)
            writer = sqlite3.connect(database.path, isolation_level=None)
            writer.execute("BEGIN IMMEDIATE")
            self.migrate(database, plan)
            self.migrate(database, more, "--lock-wait", "0s", code=11)
            writer.close()
        for database in self.each((databases.Postgres,)):
            self.migrate(database, plan)
            database.query(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
            self.migrate(database, plan)
            self.migrate(database, more, code=15)
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.migrate(database, plan)
            holder = subprocess.Popen(database.command(database.name), text=True,
                                      env=database.environment(), stdin=subprocess.PIPE)
            holder.stdin.write("LOCK TABLES garboard_migrations READ; SELECT SLEEP(60);\n")
            holder.stdin.flush()
            time.sleep(0.5)
            self.migrate(database, plan)
            holder.kill()
            holder.communicate()

    def test_a_changed_migration_is_refused(self):
        for database in self.each():
            self.migrate(database, self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE a (x INT);"}]}]))
            changed = self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE a (y INT);"}]},
                                 {"id": "b", "up": [{"sql": "CREATE TABLE b (y INT);"}]}])
            self.migrate(database, changed, code=32)
            self.assertEqual(self.tables(database), ["a"])

    def test_a_late_migration_is_refused_unless_allowed(self):
        one = {"id": "one", "up": [{"sql": "CREATE TABLE one (x INT);"}]}
        late = {"id": "late", "up": [{"sql": "CREATE TABLE late (x INT);"}]}
        for database in self.each():
            self.migrate(database, self.plan([one]))
            plan = self.plan([late, one])
            self.migrate(database, plan, code=33)
            self.migrate(database, plan, "--allow-out-of-order")
            self.assertEqual(self.tables(database), ["late", "one"])

    def test_an_older_plan_is_fine_unless_told_otherwise(self):
        one = {"id": "one", "up": [{"sql": "CREATE TABLE one (x INT);"}]}
        two = {"id": "two", "up": [{"sql": "CREATE TABLE two (x INT);"}]}
        for database in self.each():
            self.migrate(database, self.plan([one, two]))
            older = self.plan([one])
            self.migrate(database, older)
            self.migrate(database, older, "--if-ahead", "fail", code=34)

    def test_runs_outside_a_transaction_what_cannot_run_inside(self):
        up = {"postgres": "CREATE TABLE t (x INT); CREATE INDEX CONCURRENTLY i ON t (x); VACUUM t;",
              "sqlite": "CREATE TABLE t (x INT); CREATE INDEX i ON t (x); VACUUM;"}
        for database in self.each(databases.TRANSACTIONAL):
            self.migrate(database, self.plan([{"id": "v", "up": [{"sql": up[database.kind]}]}]))
            self.assertEqual(self.ids(database), ["v"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM garboard_migrations_journal"), "0")

    def test_a_resumed_run_repeats_the_settings_of_its_session(self):
        base = {"id": "base", "up": [{"sql":
            "CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1);"
            "CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE);"
            "INSERT INTO child VALUES (1);"}]}
        begun = "PRAGMA foreign_keys = OFF; CREATE TABLE parent_new (id INTEGER PRIMARY KEY, x INT);"
        rebuilt = (begun + "INSERT INTO parent_new (id) SELECT id FROM parent; DROP TABLE parent;"
                           "ALTER TABLE parent_new RENAME TO parent;")
        for database in self.each((databases.Sqlite,)):
            self.migrate(database, self.plan([base, {"id": "rebuild", "up": [
                {"sql": begun + "INSERT INTO nowhere VALUES (1);"}]}]), code=31)
            self.migrate(database, self.plan([base, {"id": "rebuild", "up": [{"sql": rebuilt}]}]))
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM child"), "1")

    def test_what_a_migration_sets_in_its_session_ends_with_it(self):
        for setting in ("SET search_path = pg_catalog;",
                        "SELECT pg_catalog.set_config('search_path', '', false);",
                        "DO $$ BEGIN SET search_path = pg_catalog; END $$;"):
            for mode in ("auto", "never"):
                for database in self.each((databases.Postgres,)):
                    self.migrate(database, self.plan([
                        {"id": "dump", "transaction": mode, "up": [{"sql": setting}]},
                        {"id": "next", "up": [{"sql": "CREATE TABLE here (x INT);"}]}]))
                    self.assertEqual(self.tables(database), ["here"])

    def test_a_script_may_use_another_database(self):
        plan = self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE a (x INT);"}]}])
        for database in self.each((databases.Mariadb, databases.Mysql)):
            other = type(database)()
            self.addCleanup(other.drop)
            self.migrate(other, plan)
            text = f"USE {other.name}; CREATE TABLE there (x INT); INSERT INTO there VALUES (1);"
            self.migrate(database, self.plan([
                {"id": "away", "up": [{"sql": text}]}, {"id": "home", "up": [{"sql": "SELECT 1;"}]}],
                "away.json"))
            self.assertEqual(self.ids(database), ["away", "home"])
            self.assertEqual(self.ids(other), ["a"])
            self.assertEqual(self.tables(other), ["a", "there"])

    def test_an_own_transaction_around_everything_is_ours(self):
        sql = "BEGIN; CREATE TABLE t (x INT); INSERT INTO t VALUES (1); COMMIT;"
        for database in self.each():
            self.migrate(database, self.plan([{"id": "w", "up": [{"sql": sql}]}]))
            self.assertEqual(self.ids(database), ["w"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM t"), "1")

    def test_two_applications_share_one_table(self):
        a = {"id": "same", "up": [{"sql": "CREATE TABLE a (x INT);"}]}
        b = {"id": "same", "up": [{"sql": "CREATE TABLE b (x INT);"}]}
        for database in self.each():
            self.migrate(database, self.plan([a]), "--app", "a")
            self.migrate(database, self.plan([b]), "--app", "b")
            self.assertEqual(self.tables(database), ["a", "b"])

    def test_termination_in_a_long_statement_rolls_back_and_says_13(self):
        slow = {"postgres": "SELECT pg_sleep(60)", "mysql": "SELECT SLEEP(60)",
                "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                          "SELECT count(*) FROM n"}
        for database in self.each():
            plan = self.plan([{"id": "slow", "up": [{"sql": "CREATE TABLE t (x INT); "
                                                            "INSERT INTO t VALUES (1); " +
                                                            slow[database.kind] + ";"}]}])
            run = self.start(database, "migrate", "--plan", plan)
            time.sleep(1.5)
            self.assertIsNone(run.poll(), "the statement ended by itself")
            asked = time.monotonic()
            run.send_signal(signal.SIGTERM)
            out, err = run.communicate(timeout=30)
            self.assertLess(time.monotonic() - asked, 5)
            self.assertEqual(run.returncode, 13, out + err)
            if database.kind != "mysql":
                self.assertEqual(self.tables(database), [])
            quick = self.plan([{"id": "slow", "up": [{"sql": "CREATE TABLE t (x INT); "
                                                             "INSERT INTO t VALUES (1); SELECT 1;"}]}])
            self.migrate(database, quick)
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM t"), "1")


if __name__ == "__main__":
    unittest.main()
