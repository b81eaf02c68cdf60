# SPDX-License-Identifier: Apache-2.0
"""Where a run goes on after a statement failed, on MySQL and MariaDB: each statement is run once."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from case import GarboardTest  # noqa: E402

BOTH = (databases.Mariadb, databases.Mysql)
LATE = "INSERT INTO late VALUES (1);"
BASE = {"id": "base", "up": [{"sql": "CREATE TABLE acct (n INT); CREATE TABLE seen (n INT); "
                                     "INSERT INTO acct VALUES (0);"}]}


def count(n):
    return f"INSERT INTO seen VALUES ({n});"


class ResumeTest(GarboardTest):
    def fail_mend_and_go_on(self, database, text, failed_with=31):
        """Fails at LATE, whose table is not there; run again when it is."""
        plan = self.plan([BASE, {"id": "work", "up": [{"sql": text}]}])
        _, err = self.migrate(database, plan, code=failed_with)
        self.assertIn("late", err)
        database.query("CREATE TABLE late (n INT)")
        document = self.run_json(database, "migrate", "--plan", plan)
        self.assertEqual(self.ids(database), ["base", "work"])
        self.assertEqual(database.query("SELECT id FROM garboard_migrations_journal"), [])
        self.assertEqual(database.query("SELECT n FROM late"), [("1",)])
        return document["migrations"][0].get("resumed", 0)

    def seen(self, database):
        return [row[0] for row in database.query("SELECT n FROM seen ORDER BY n")]

    def test_what_is_set_for_one_statement_does_not_repeat_it(self):
        for rest, failed_with, kept in (("CREATE TABLE b (x INT);", 31, 2), ("", 30, 0)):
            for database in self.each((databases.Mariadb,)):
                resumed = self.fail_mend_and_go_on(
                    database, f"SET STATEMENT max_statement_time=0 FOR UPDATE acct SET n=n+1; {rest} {LATE}",
                    failed_with)
                self.assertEqual(resumed, kept)
                self.assertEqual(database.scalar("SELECT n FROM acct"), "1")

    def test_turning_autocommit_on_counts_as_a_commit(self):
        for setting in ("SET autocommit=1;", "SET @@session.autocommit = ON;",
                        "SET autocommit=1, unique_checks=1;",
                        "START TRANSACTION; SET AUTOCOMMIT = 1;"):
            for database in self.each(BOTH):
                self.fail_mend_and_go_on(database, f"{count(1)} {setting} {count(2)} {LATE} {count(3)}")
                self.assertEqual(self.seen(database), ["1", "2", "3"])

    def test_a_dump_that_turns_autocommit_off_and_on_is_run(self):
        text = f"""SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;
                   {count(1)} COMMIT; SET AUTOCOMMIT=@OLD_AUTOCOMMIT;
                   SET autocommit=0; {count(2)} COMMIT; SET autocommit=1;
                   SET autocommit=0; {count(3)} {LATE} COMMIT;
                   SET autocommit=0; {count(4)} COMMIT;"""
        for database in self.each(BOTH):
            self.fail_mend_and_go_on(database, text)
            self.assertEqual(self.seen(database), ["1", "2", "3", "4"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
