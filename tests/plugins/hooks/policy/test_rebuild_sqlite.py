#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the policy says of rebuilding a table in SQLite is what happens to the rows that refer to it."""

import sqlite3
import unittest

import live
import databases

SETUP = """
CREATE TABLE t (id INTEGER PRIMARY KEY);
CREATE TABLE child (t INTEGER REFERENCES t (id) ON DELETE CASCADE);
CREATE TABLE alone (id INTEGER PRIMARY KEY);
INSERT INTO t VALUES (1);
INSERT INTO child VALUES (1);
"""


def rebuild(table):
    return [f"CREATE TABLE new_{table} (id INTEGER PRIMARY KEY)",
            f"INSERT INTO new_{table} SELECT * FROM {table}", f"DROP TABLE {table}",
            f"ALTER TABLE new_{table} RENAME TO {table}"]


class Rebuild(unittest.TestCase):
    def setUp(self):
        self.database = databases.Sqlite()
        self.addCleanup(self.database.drop)
        with sqlite3.connect(self.database.path) as connection:
            connection.executescript(SETUP)
        connection.close()
        self.policy = live.Policy(self.database, "sqlite")
        self.addCleanup(self.policy.close)

    def children_after(self, statements):
        connection = sqlite3.connect(self.database.path, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            for statement in statements:
                connection.execute(statement)
            return connection.execute("SELECT count(*) FROM child").fetchone()[0]
        finally:
            connection.close()

    def test_in_a_transaction_children_are_emptied(self):
        statements = ["PRAGMA foreign_keys=OFF", *rebuild("t")]
        self.assertEqual(self.policy.review(statements)[0]["SL401"], "error")
        self.assertEqual(self.children_after(["BEGIN", *statements, "COMMIT"]), 0)

    def test_foreign_keys_off_outside_of_it_keeps_them(self):
        statements = ["PRAGMA foreign_keys=OFF", "BEGIN", *rebuild("t"), "PRAGMA foreign_key_check", "COMMIT"]
        self.assertNotIn("SL401", self.policy.review(statements, in_transaction=False)[0])
        self.assertEqual(self.children_after(statements), 1)

    def test_table_that_nobody_refers_to_is_free(self):
        self.assertEqual({}, self.policy.review(rebuild("alone"))[0])

    def test_rows_decide(self):
        self.assertIn("GEN201", self.policy.review(["DROP TABLE child"])[0])
        self.assertNotIn("GEN201", self.policy.review(["DROP TABLE alone"])[0])
        # one row is few
        self.assertEqual(self.policy.review(["DELETE FROM child"])[0]["GEN204"], "warning")


if __name__ == "__main__":
    unittest.main()
