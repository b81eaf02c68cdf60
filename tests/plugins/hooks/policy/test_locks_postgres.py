#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the policy says of PostgreSQL's locks and work is what the server does: each statement is run,
and pg_locks is read while its transaction is open; what it does to the rows, the server says itself
in its DEBUG messages."""

import subprocess
import time
import unittest

import live
import databases

SETUP = """
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE t (id bigint PRIMARY KEY, i int, v varchar(50), tx text, n numeric(10,2), ts timestamp,
                pid bigint, checked int, nn int NOT NULL, CONSTRAINT ck CHECK (i > 0) NOT VALID,
                CONSTRAINT is_there CHECK (checked IS NOT NULL));
CREATE UNIQUE INDEX t_nn ON t (nn);
CREATE INDEX t_i ON t (i);
ALTER TABLE t ADD CONSTRAINT fk0 FOREIGN KEY (pid) REFERENCES parent (id) NOT VALID;
CREATE TABLE part (a int) PARTITION BY RANGE (a);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 (a int);
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE DOMAIN pos AS int;
CREATE TABLE uses (d pos);
INSERT INTO parent VALUES (1);
INSERT INTO t SELECT g, g, 'x', 'x', 1, now(), 1, 1, g FROM generate_series(1, 100) g;
INSERT INTO uses VALUES (1);
"""

VERIFY, REWRITE, BUILD, FOREIGN = ("verifying table", "rewriting table", "building index",
                                   "validating foreign key")
# (rule that fires, or None when it is safe; statement; work that the server tells, or None)
WORK = [
    ("PG101", "CREATE INDEX x ON t (pid)", BUILD),
    ("PG101", "CREATE UNIQUE INDEX x ON t (pid, id)", BUILD),
    ("PG110", "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES parent (id)", FOREIGN),
    ("PG110", "ALTER TABLE t ADD COLUMN c bigint DEFAULT 1 REFERENCES parent (id)", FOREIGN),
    (None, "ALTER TABLE t ADD COLUMN c bigint REFERENCES parent (id)", None),
    (None, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES parent (id) NOT VALID", None),
    (None, "ALTER TABLE t VALIDATE CONSTRAINT fk0", FOREIGN),
    ("PG111", "ALTER TABLE t ADD CONSTRAINT c CHECK (i > 0)", VERIFY),
    ("PG111", "ALTER TABLE t ADD COLUMN c int CHECK (c > 0)", VERIFY),
    (None, "ALTER TABLE t ADD CONSTRAINT c CHECK (i > 0) NOT VALID", None),
    ("PG112", "ALTER TABLE t ALTER COLUMN i SET NOT NULL", VERIFY),
    (None, "ALTER TABLE t ALTER COLUMN checked SET NOT NULL", None),
    (None, "ALTER TABLE t ALTER COLUMN nn SET NOT NULL", None),
    ("PG113", "ALTER TABLE t ADD CONSTRAINT u UNIQUE (nn)", BUILD),
    ("PG113", "ALTER TABLE t ADD CONSTRAINT e EXCLUDE (i WITH =)", BUILD),
    ("PG113", "ALTER TABLE t ADD COLUMN c int UNIQUE", BUILD),
    (None, "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX t_nn", None),
    ("PG120", "ALTER TABLE t ALTER COLUMN i TYPE bigint", REWRITE),
    ("PG120", "ALTER TABLE t ALTER COLUMN v TYPE varchar(20)", REWRITE),
    ("PG120", "ALTER TABLE t ALTER COLUMN tx TYPE varchar(100)", REWRITE),
    ("PG120", "ALTER TABLE t ALTER COLUMN n TYPE numeric(12,4)", REWRITE),
    ("PG120", "ALTER TABLE t ALTER COLUMN v TYPE text USING v || ''", REWRITE),
    (None, "ALTER TABLE t ALTER COLUMN v TYPE varchar(100)", None),
    (None, "ALTER TABLE t ALTER COLUMN v TYPE text", None),
    (None, "ALTER TABLE t ALTER COLUMN tx TYPE varchar", None),
    (None, "ALTER TABLE t ALTER COLUMN n TYPE numeric(12,2)", None),
    (None, "ALTER TABLE t ALTER COLUMN n TYPE numeric", None),
    ("PG121", "ALTER TABLE t ADD COLUMN c timestamptz DEFAULT clock_timestamp()", REWRITE),
    ("PG121", "ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid()", REWRITE),
    ("PG121", "ALTER TABLE t ADD COLUMN c serial", REWRITE),
    ("PG121", "ALTER TABLE t ADD COLUMN c bigint GENERATED ALWAYS AS IDENTITY", REWRITE),
    ("PG121", "ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (i + 1) STORED", REWRITE),
    (None, "ALTER TABLE t ADD COLUMN c timestamptz DEFAULT now()", None),
    (None, "ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 5", None),
    (None, "ALTER TABLE t ADD COLUMN c text DEFAULT quote_ident('')", None),
]
# More of what PG130 and PG131 go by.
LOCKS = [
    "ALTER TABLE t VALIDATE CONSTRAINT ck",
    "ALTER TABLE t DROP COLUMN tx", "ALTER TABLE t ALTER COLUMN i SET STATISTICS 500",
    "ALTER TABLE t SET (fillfactor = 70)", "ALTER TABLE t CLUSTER ON t_i",
    "ALTER TABLE t ALTER COLUMN i SET DEFAULT 1", "ALTER TABLE t DISABLE TRIGGER ALL",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "ALTER TABLE t SET UNLOGGED",
    "ALTER TABLE part ATTACH PARTITION part2 FOR VALUES FROM (10) TO (20)",
    "ALTER TABLE part DETACH PARTITION part1", "TRUNCATE uses", "DROP TABLE uses",
    "CREATE TABLE child (a bigint REFERENCES t (id))", "CREATE TABLE inh () INHERITS (t)",
    "CREATE TABLE part3 PARTITION OF part FOR VALUES FROM (30) TO (40)", "REINDEX TABLE t",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg()",
    "REFRESH MATERIALIZED VIEW mv", "REFRESH MATERIALIZED VIEW CONCURRENTLY mv", "LOCK TABLE t",
    "UPDATE t SET i = i WHERE id = 0", "DELETE FROM t WHERE id = 0",
    "INSERT INTO t (id, nn) SELECT 0, 0 WHERE false", "CLUSTER t USING t_i",
]

STRENGTH = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
            "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
HELD = """SELECT 'lock', c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = {pid} AND l.granted AND c.relnamespace = 'public'::regnamespace"""


def strongest(rows):
    held = {}
    for _, table, mode in rows:
        held[table] = max(held.get(table, ""), mode, key=lambda m: STRENGTH.index(m) if m else -1)
    return held


def mode_of(lock):
    return lock.title().replace(" ", "") + "Lock"


class Locks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = databases.Postgres()
        cls.addClassCleanup(cls.database.drop)
        cls.database.query(SETUP)
        cls.policy = live.Policy(cls.database, "postgres")
        cls.addClassCleanup(cls.policy.close)

    def run_open(self, statement):
        """What is locked while the statement's transaction is open, and what the server told of it."""
        script = (f"SET client_min_messages = debug1; BEGIN; {statement}; "
                  f"SET client_min_messages = error; {HELD.format(pid='pg_backend_pid()')}; ROLLBACK;")
        done = subprocess.run(self.database.command(self.database.name), input=script, text=True,
                              capture_output=True, env=self.database.environment(), timeout=60)
        self.assertEqual(done.returncode, 0, statement + done.stderr)
        rows = [line.split("\t") for line in done.stdout.splitlines() if line.startswith("lock\t")]
        return strongest(rows), done.stderr

    def assert_locks(self, statement, facts, held):
        claimed = {lock["table"]: mode_of(lock["lock"]) for lock in facts.get("locks", [])}
        gone = {"uses"} if statement.startswith("DROP TABLE") else set()
        for table, mode in claimed.items():
            if table not in gone:
                self.assertEqual(held.get(table), mode, f"{statement}: {claimed} {held}")
        # and nothing that stands in anybody's way is left unsaid
        tables = {"t", "parent", "part", "part1", "part2", "uses", "mv"} - set(claimed)
        for table in tables & set(held):
            self.assertLess(STRENGTH.index(held[table]), STRENGTH.index("ShareLock"), f"{statement}: {held}")

    def test_each_rule_about_work_is_right(self):
        about_work = {rule for rule, _, _ in WORK if rule}
        for rule, statement, work in WORK:
            with self.subTest(statement):
                findings, facts = self.policy.review([statement])
                held, told = self.run_open(statement)
                self.assertEqual({rule} - {None}, about_work & set(findings), findings)
                if work:
                    self.assertIn(work, told)
                else:
                    for other in (VERIFY, REWRITE, FOREIGN):
                        self.assertNotIn(other, told)
                self.assert_locks(statement, facts[0], held)

    def test_locks_are_those_that_the_server_takes(self):
        for statement in LOCKS:
            with self.subTest(statement):
                _, facts = self.policy.review([statement])
                held, _ = self.run_open(statement)
                self.assertTrue(facts[0].get("locks"), statement)
                self.assert_locks(statement, facts[0], held)

    def test_timestamps_are_alike_at_utc_only(self):
        statement = "ALTER TABLE t ALTER COLUMN ts TYPE timestamptz"
        for zone, work in (("UTC", None), ("Europe/Oslo", REWRITE)):
            with self.subTest(zone):
                self.database.query(f"ALTER DATABASE {self.database.name} SET timezone = '{zone}'")
                policy = live.Policy(self.database, "postgres")
                self.addCleanup(policy.close)
                findings, _ = policy.review([statement])
                _, told = self.run_open(statement)
                self.assertEqual(bool(work), "PG120" in findings)
                self.assertEqual(bool(work), REWRITE in told)

    def test_domain_check_locks_tables_that_use_it(self):
        statement = "ALTER DOMAIN pos ADD CONSTRAINT c CHECK (VALUE > 0)"
        self.assertIn("PG111", self.policy.review([statement])[0])
        self.assertEqual(self.run_open(statement)[0]["uses"], "ShareLock")
        self.assertNotIn("uses", self.run_open(statement + " NOT VALID")[0])

    def start(self, script):
        process = subprocess.Popen(self.database.command(self.database.name), text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.database.environment())
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        process.stdin.write(script)
        process.stdin.flush()
        return process

    def wait_for(self, sql):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            rows = self.database.query(sql)
            if rows:
                return rows
            time.sleep(0.05)
        self.fail("never seen: " + sql)

    def test_index_concurrently_lets_others_write(self):
        statement = "CREATE INDEX CONCURRENTLY online ON t (pid)"
        findings, facts = self.policy.review([statement], in_transaction=False)
        self.assertEqual({}, findings)
        # somebody who has written keeps it waiting, so that its locks can be looked at
        self.start("BEGIN; UPDATE t SET i = i WHERE id = 1; SELECT 'ready';\n")
        self.wait_for("SELECT 1 FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = 't'::regclass")
        self.start(statement + ";\n")
        rows = self.wait_for(HELD.format(pid="ANY (SELECT pid FROM pg_stat_activity WHERE query LIKE "
                                             "'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock')"))
        self.assertEqual(strongest(rows)["t"], mode_of(facts[0]["locks"][0]["lock"]))
        self.database.query("SET lock_timeout = '20s'; UPDATE t SET i = i WHERE id = 2")

    def test_who_waits_for_access_exclusive_keeps_everybody_waiting(self):
        statement = "ALTER TABLE t ADD COLUMN late int"
        self.assertIn("PG131", self.policy.review([statement], lockTimeoutMs=0)[0])
        self.start("BEGIN; SELECT count(*) FROM t;\n")
        self.wait_for("SELECT 1 FROM pg_locks WHERE mode = 'AccessShareLock' AND relation = 't'::regclass "
                      "AND pid <> pg_backend_pid()")
        self.start(statement + ";\n")
        self.wait_for("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted "
                      "AND relation = 't'::regclass")
        with self.assertRaisesRegex(AssertionError, "lock timeout"):
            self.database.query("SET lock_timeout = '200ms'; SELECT count(*) FROM t")

    def test_concurrently_is_refused_where_the_rule_says(self):
        for statement in ("BEGIN; CREATE INDEX CONCURRENTLY x ON t (pid)",
                          "CREATE INDEX CONCURRENTLY x ON part (a)"):
            in_transaction = statement.startswith("BEGIN")
            sql = statement.removeprefix("BEGIN; ")
            self.assertIn("PG102", self.policy.review([sql], in_transaction)[0])
            with self.assertRaisesRegex(AssertionError, "CONCURRENTLY cannot run|concurrently"):
                self.database.query(statement)

    def test_invalid_index_is_seen(self):
        self.database.query("CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)")
        again = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS twice_a ON twice (a)"
        self.assertNotIn("PG103", self.policy.review([again], in_transaction=False)[0])
        with self.assertRaises(AssertionError):
            self.database.query(again)
        other = live.Policy(self.database, "postgres")
        self.addCleanup(other.close)
        self.assertEqual(other.review([again], in_transaction=False)[0]["PG103"], "error")
        self.database.query(again)  # the server is content, and the index is not
        self.assertEqual(self.database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = "
                                             "'twice_a'::regclass"), [("f",)])

    def test_what_is_there_decides(self):
        self.database.query("CREATE TABLE empty (a int); CREATE TABLE there (a int)")
        self.assertEqual({}, self.policy.review(["DROP TABLE empty"])[0])
        self.assertIn("GEN201", self.policy.review(["DROP TABLE t"])[0])
        self.assertEqual({}, self.policy.review(["ALTER TABLE empty ADD x int NOT NULL"])[0])
        self.assertIn("GEN203", self.policy.review(["ALTER TABLE t ADD x int NOT NULL"])[0])
        with self.assertRaisesRegex(AssertionError, "contains null values"):
            self.database.query("ALTER TABLE t ADD x int NOT NULL")
        # IF NOT EXISTS makes nothing of one that is there
        self.assertIn("PG101", self.policy.review(["CREATE TABLE IF NOT EXISTS there (a int)",
                                                   "CREATE INDEX x ON there (a)"])[0])
        self.assertNotIn("PG101", self.policy.review(["CREATE TABLE IF NOT EXISTS new (a int)",
                                                      "CREATE INDEX x ON new (a)"])[0])

    def test_small_tables_are_warned_of(self):
        self.database.query("ANALYZE t")
        for rows, severity in ((10_000, "warning"), (10, "error")):
            policy = live.Policy(self.database, "postgres", {"defaults": {"small_table": {"rows": rows}}})
            self.addCleanup(policy.close)
            self.assertEqual(policy.review(["CREATE INDEX x ON t (pid)"])[0]["PG101"], severity)

    def test_assertions_are_asked(self):
        rule = {"id": "ORG2", "match": {"kind": "drop_table"}, "deny": "not empty",
                "assert_sql": "SELECT NOT EXISTS (SELECT 1 FROM {table})"}
        policy = live.Policy(self.database, "postgres", {"custom": [rule]})
        self.addCleanup(policy.close)
        self.assertIn("ORG2", policy.review(["DROP TABLE t"])[0])
        self.database.query("CREATE TABLE \"no\"\"thing\" (a int)")
        self.assertNotIn("ORG2", policy.review(["DROP TABLE \"no\"\"thing\""])[0])


if __name__ == "__main__":
    unittest.main()
