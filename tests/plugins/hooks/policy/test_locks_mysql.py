#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the policy says of ALTER TABLE is what MariaDB and MySQL do: asked to leave writes alone
(LOCK=NONE), the server refuses those that the rule is about, before it begins, and does the others.
Metadata locks are looked at while a statement waits for one."""

import subprocess
import time
import unittest

import live
import databases

SETUP = """
CREATE TABLE parent (id bigint PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE t (id bigint PRIMARY KEY, i int, j int NOT NULL, v varchar(50), v2 varchar(300), tx text,
                d decimal(10,2), pid bigint, KEY ki (i)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO parent VALUES (1);
INSERT INTO t VALUES (1, 1, 1, 'x', 'x', 'x', 1, 1), (2, 2, 2, 'y', 'y', 'y', 2, 1);
"""

# clauses that block writes, whatever the table holds
BLOCKING = [
    "ADD COLUMN c varchar(36) DEFAULT (uuid())",
    "ADD COLUMN c int AS (i + 1) STORED",
    "ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES parent (id)",
    "ADD CONSTRAINT c CHECK (i > 0)",
    "CONVERT TO CHARACTER SET latin1",
    "DROP PRIMARY KEY",
    "ADD FULLTEXT KEY ft (tx)",
    "MODIFY i bigint",
    "MODIFY v varchar(64)",
    "MODIFY v varchar(20)",
    "MODIFY v text",
    "MODIFY d decimal(12,2)",
]
ONLINE = [
    "ADD COLUMN c int",
    "ADD COLUMN c int NOT NULL DEFAULT 5",
    "ADD COLUMN c datetime DEFAULT now()",
    "ADD COLUMN c int AS (i + 1) VIRTUAL",
    "DROP COLUMN tx",
    "ADD KEY k2 (pid)",
    "ADD UNIQUE KEY k3 (v)",
    "DROP KEY ki",
    "DROP PRIMARY KEY, ADD PRIMARY KEY (id, j)",
    "ALTER COLUMN j SET DEFAULT 2",
    "MODIFY i int NOT NULL",
    "MODIFY v varchar(60)",
    "MODIFY v varchar(63)",
    "MODIFY v2 varchar(400)",
    "ROW_FORMAT=DYNAMIC",
    "COMMENT='x'",
    "ENGINE=InnoDB",
]
# the server's words for: not without blocking writes
REFUSED = "LOCK=NONE is not supported|LOCK=NONE.*[Tt]ry LOCK=|ALGORITHM=INPLACE is not supported"


class Locks:
    """What both servers have in common."""

    kind = None
    dialect = ""
    session = ""  # what each session of the test begins with

    @classmethod
    def setUpClass(cls):
        cls.database = cls.kind()
        cls.addClassCleanup(cls.database.drop)
        # the rule matters less on a small table; here none is small
        cls.policy = live.Policy(cls.database, cls.dialect, {"defaults": {"small_table": {"rows": 0}}})
        cls.addClassCleanup(cls.policy.close)
        cls.database.query(SETUP)

    def fresh(self):
        self.database.query("SET foreign_key_checks=0; DROP TABLE IF EXISTS t, parent;" + SETUP)

    def is_silent(self, statement):
        return "MY301" not in self.policy.review([statement], in_transaction=False)[0]

    def test_blocking_clauses_are_refused_without_lock(self):
        for clause in BLOCKING:
            with self.subTest(clause):
                self.assertFalse(self.is_silent("ALTER TABLE t " + clause))
                # the server refuses, and so the rule is content
                asserted = f"ALTER TABLE t {clause}, LOCK=NONE"
                self.assertTrue(self.is_silent(asserted))
                with self.assertRaisesRegex(AssertionError, REFUSED):
                    self.database.query(self.session + asserted)

    def test_online_clauses_let_others_write(self):
        for clause in ONLINE:
            with self.subTest(clause):
                self.assertTrue(self.is_silent("ALTER TABLE t " + clause))
                # an instant one takes no LOCK clause, and holds no lock worth the name
                try:
                    self.database.query(f"ALTER TABLE t {clause}, LOCK=NONE")
                except AssertionError:
                    self.database.query(f"ALTER TABLE t {clause}, ALGORITHM=INSTANT")
                self.fresh()

    def test_partitioning_blocks(self):
        statement = "ALTER TABLE t {} PARTITION BY HASH (id) PARTITIONS 4"
        self.assertFalse(self.is_silent(statement.format("")))
        with self.assertRaisesRegex(AssertionError, "LOCK|partition"):
            self.database.query(statement.format("LOCK=NONE"))

    def test_unchecked_foreign_key_is_online(self):
        statement = "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES parent (id)"
        self.assertNotIn("MY301", self.policy.review(["SET foreign_key_checks=0", statement])[0])
        self.database.query(f"SET foreign_key_checks=0; {statement}, LOCK=NONE")
        self.fresh()

    def test_other_engine_is_never_asserted(self):
        statement = "ALTER TABLE t ENGINE=MyISAM, ALGORITHM=INSTANT"
        self.assertFalse(self.is_silent(statement))

    def test_ddl_commits_what_is_before_it(self):
        statements = ["CREATE TABLE one (a int)", "CREATE TABLE two (a nonsense)"]
        self.assertIn("MY302", self.policy.review(statements)[0])
        with self.assertRaises(AssertionError):
            self.database.query(f"START TRANSACTION; {statements[0]}; {statements[1]}; ROLLBACK")
        self.assertEqual(self.database.query("SELECT count(*) FROM one"), [("0",)])

    def test_small_tables_are_warned_of(self):
        policy = live.Policy(self.database, self.dialect)
        self.addCleanup(policy.close)
        findings, _ = policy.review(["ALTER TABLE t MODIFY i bigint"], in_transaction=False)
        self.assertEqual(findings["MY301"], "warning")

    def start(self, script):
        process = subprocess.Popen([*self.database.command(self.database.name), "--unbuffered"], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.database.environment())
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        process.stdin.write(script)
        process.stdin.flush()
        return process

    def waiting(self):
        return self.database.query("SELECT id FROM information_schema.processlist WHERE state = "
                                   f"'Waiting for table metadata lock' AND db = '{self.database.name}'")

    def wait_until_somebody_waits(self):
        end = time.monotonic() + 60
        while not self.waiting():
            self.assertLess(time.monotonic(), end, "nobody waits for a metadata lock")
            time.sleep(0.05)

    def test_metadata_lock_is_waited_for_by_all(self):
        statement = "ALTER TABLE t ADD COLUMN late int"
        self.assertIn("MY303", self.policy.review([statement], lockTimeoutMs=0)[0])
        bounded = ["SET SESSION lock_wait_timeout = 1", statement]
        self.assertNotIn("MY303", self.policy.review(bounded, lockTimeoutMs=0)[0])
        reader = self.start("START TRANSACTION; SELECT count(*) FROM t;\n")
        self.assertTrue(reader.stdout.readline())
        with self.assertRaisesRegex(AssertionError, "Lock wait timeout exceeded"):
            self.database.query("; ".join(bounded))
        self.start(statement + ";\n")
        self.wait_until_somebody_waits()
        self.look_at_locks()
        # a reader who comes later waits behind it
        with self.assertRaisesRegex(AssertionError, "Lock wait timeout exceeded"):
            self.database.query("SET SESSION lock_wait_timeout = 1; SELECT count(*) FROM t")

    def look_at_locks(self):
        """Where the server shows them."""


class MariadbLocks(Locks, unittest.TestCase):
    kind = databases.Mariadb
    dialect = "mariadb"

    def test_statement_may_bound_its_own_wait(self):
        statement = "ALTER TABLE t WAIT 1 ADD COLUMN late int"
        self.assertNotIn("MY303", self.policy.review([statement], lockTimeoutMs=0)[0])
        reader = self.start("START TRANSACTION; SELECT count(*) FROM t;\n")
        self.assertTrue(reader.stdout.readline())
        with self.assertRaisesRegex(AssertionError, "Lock wait timeout exceeded"):
            self.database.query(statement)


class MysqlLocks(Locks, unittest.TestCase):
    kind = databases.Mysql
    dialect = "mysql"
    session = "SET sql_log_bin = 0; "  # with the binary log it refuses uuid() before anything else

    def look_at_locks(self):
        rows = self.database.query(
            "SELECT lock_type, lock_status FROM performance_schema.metadata_locks WHERE object_name = 't' "
            f"AND object_schema = '{self.database.name}' ORDER BY lock_status")
        self.assertIn(("SHARED_READ", "GRANTED"), rows)
        self.assertIn(("EXCLUSIVE", "PENDING"), rows)


if __name__ == "__main__":
    unittest.main()
