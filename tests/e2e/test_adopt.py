# SPDX-License-Identifier: Apache-2.0
"""`garboard adopt` on tables in the shapes that the tools document: what is recorded, what is
verified, and what is refused with the way out."""

import hashlib
import json
import os
import sys
import unittest
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from adoption import AdoptionTest  # noqa: E402

THREE = (databases.Sqlite, databases.Postgres, databases.Mariadb)
PLAIN = "CREATE TABLE t{0} (x INT);\n"


def crc(text):
    value = zlib.crc32("".join(text.splitlines()).encode())
    return value - (1 << 32) if value >= 1 << 31 else value


class AdoptTest(AdoptionTest):
    def make(self, database, *statements):
        for statement in statements:
            database.query(statement)

    def refused(self, database, tool, code, *words, arguments=()):
        """Says what is wrong and what to do; records nothing."""
        out, _ = self.adopt(database, tool, *arguments, "--output", "json", code=code)
        error = json.loads(out)["error"]
        self.assertTrue(error.get("hint"), error)
        for word in words:
            self.assertIn(word, json.dumps(error))
        self.assertFalse(self.has_ledger(database))
        return error

    def pairs(self, count=3):
        for n in range(1, count + 1):
            self.write(f"{n:03}_t.up.sql", PLAIN.format(n))
            self.write(f"{n:03}_t.down.sql", f"DROP TABLE t{n};\n")

    def test_golang_migrate(self):
        self.pairs()
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY,"
                                " dirty boolean NOT NULL)",
                      "INSERT INTO schema_migrations VALUES (2, TRUE)")
            self.refused(database, "golang-migrate", 31, "dirty", "migrate force 2")
            self.make(database, "UPDATE schema_migrations SET dirty = FALSE")
            self.take_over(database, "golang-migrate", "schema_migrations", ["1", "2"], ["3"])
            down = database.scalar("SELECT down_sql FROM garboard_migrations WHERE id = '2'")
            self.assertIn("DROP TABLE t2", down)

    def test_two_tools_that_share_a_name_are_told_apart_by_shape(self):
        self.pairs()
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
                      "INSERT INTO schema_migrations VALUES ('2')")
            self.refused(database, "golang-migrate", 20, "looks like one of dbmate", "--from dbmate")
            self.make(database, "DROP TABLE schema_migrations",
                      "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean)",
                      "INSERT INTO schema_migrations VALUES (2, FALSE)")
            self.refused(database, "dbmate", 20, "looks like one of golang-migrate")
            self.refused(database, "goose", 20, "no table goose_db_version", "--from-table")
            self.refused(database, "sqlx", 20, "golang-migrate",
                         arguments=("--from-table", "schema_migrations"))

    def test_a_gap_stays_pending_and_out_of_order(self):
        for n in (1, 2, 3):
            self.write(f"{n}_t.sql", f"-- migrate:up\n{PLAIN.format(n)}-- migrate:down\n")
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
                      "INSERT INTO schema_migrations VALUES ('1'), ('3'), ('0')")
            out, _ = self.adopt(database, "dbmate")
            self.assertIn("out of order", out)
            self.assertIn("not in the plan", out)
            self.garboard(database, "migrate", "--dir", self.files(), code=33)
            self.garboard(database, "migrate", "--dir", self.files(), "--allow-out-of-order")
            self.assertEqual(self.ids(database), ["1", "3", "2"])

    def test_goose_where_the_last_row_of_a_version_counts(self):
        for n in (1, 2, 3):
            self.write(f"{n:05}_t.sql", f"-- +goose Up\n{PLAIN.format(n)}-- +goose Down\n")
        for database in self.each(THREE):
            key = {"sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT", "postgres": "serial PRIMARY KEY",
                   "mysql": "serial PRIMARY KEY"}[database.kind]
            self.make(database, f"CREATE TABLE goose_db_version (id {key}, version_id bigint NOT NULL,"
                                " is_applied boolean NOT NULL, tstamp timestamp NULL)",
                      "INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES "
                      "(0, TRUE, '2024-01-01 10:00:00'), (1, TRUE, '2024-01-02 10:00:00'), "
                      "(2, TRUE, '2024-01-03 10:00:00'), (3, TRUE, '2024-01-03 11:00:00'), "
                      "(3, FALSE, '2024-01-04 10:00:00'), (1, FALSE, '2024-01-04 11:00:00'), "
                      "(1, TRUE, '2024-01-05 10:00:00')")
            self.take_over(database, "goose", "goose_db_version", ["1", "2"], ["3"])
            if database.kind != "mysql":  # there, a timestamp follows the session's zone
                self.assertIn("2024-01-05 10:00:00", database.scalar(
                    "SELECT finished_at FROM garboard_migrations WHERE id = '1'"))

    def flyway(self, database, rows):
        self.make(database, "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, "
                            "version varchar(50), description varchar(200) NOT NULL, type varchar(20)"
                            " NOT NULL, script varchar(1000) NOT NULL, checksum int, installed_by "
                            "varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT "
                            "CURRENT_TIMESTAMP, execution_time int NOT NULL, success boolean NOT "
                            "NULL)")
        for rank, (version, description, kind, script, checksum, success) in enumerate(rows, 1):
            shown = "NULL" if version is None else f"'{version}'"
            checksum = "NULL" if checksum is None else checksum
            database.query("INSERT INTO flyway_schema_history (installed_rank, version, description, "
                           "type, script, checksum, installed_by, execution_time, success) VALUES "
                           f"({rank}, {shown}, '{description}', '{kind}', '{script}', {checksum}, "
                           f"'u', 1, {success})")

    def test_flyway(self):
        view = "CREATE VIEW v AS SELECT 1 AS one;\n"
        for version in ("1", "1.1", "1.10", "2"):
            self.write(f"V{version}__t.sql", PLAIN.format(version.replace(".", "_")))
        self.write("R__my_views.sql", view)
        self.write("R__other.sql", "DROP VIEW IF EXISTS w;\n")
        for database in self.each(THREE):
            sums = {v: crc(PLAIN.format(v.replace(".", "_"))) for v in ("1.1", "1.10", "2")}
            self.flyway(database, [
                (None, "<< Flyway Schema Creation >>", "SCHEMA", '"public"', None, "TRUE"),
                ("1", "<< Flyway Baseline >>", "BASELINE", "<< Flyway Baseline >>", None, "TRUE"),
                ("1.01", "t", "SQL", "V1.1__t.sql", sums["1.1"], "TRUE"),
                ("1.10", "t", "SQL", "V1.10__t.sql", sums["1.10"], "TRUE"),
                ("2", "t", "SQL", "V2__t.sql", sums["2"], "TRUE"),
                ("2", "t", "UNDO_SQL", "U2__t.sql", None, "TRUE"),
                (None, "my views", "SQL", "R__my_views.sql", 12345, "TRUE"),
                (None, "my views", "SQL", "R__my_views.sql", crc(view), "TRUE"),
                (None, "other", "SQL", "R__other.sql", 12345, "TRUE")])
            report = json.loads(self.adopt(database, "flyway", "--dry-run", "--output", "json",
                                           "--format", "flyway")[0])
            self.assertEqual({m["id"]: m["verified"] for m in report["migrations"]
                              if "verified" in m},
                             {"1": False, "1.1": True, "1.10": True, "R__my_views": True})
            self.take_over(database, "flyway", "flyway_schema_history",
                           ["1", "1.1", "1.10", "R__my_views"], ["2", "R__other"],
                           "--format", "flyway")

    def test_flyway_refuses_what_failed_and_what_was_edited(self):
        self.write("V1__t.sql", PLAIN.format(1))
        self.write("V2__t.sql", PLAIN.format(2))
        for database in self.each(THREE):
            self.flyway(database, [("1", "t", "SQL", "V1__t.sql", crc(PLAIN.format(1)) + 1, "TRUE"),
                                   ("2", "t", "SQL", "V2__t.sql", crc(PLAIN.format(2)), "FALSE")])
            error = self.refused(database, "flyway", 31, "flyway repair",
                                 arguments=("--format", "flyway"))
            self.assertEqual([other["code"] for other in error["others"]], [32])
            self.assertIn("V1__t.sql", error["others"][0]["where"]["file"])

    def test_knex_that_holds_its_lock(self):
        self.write("20240101_a.sql", PLAIN.format(1))
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE knex_migrations (id int PRIMARY KEY, name varchar(255),"
                                " batch int, migration_time bigint)",
                      "CREATE TABLE knex_migrations_lock (index_col int, is_locked int)",
                      "INSERT INTO knex_migrations VALUES (1, '20240101_a.js', 1, 1704067200123)",
                      "INSERT INTO knex_migrations_lock VALUES (1, 1)")
            self.refused(database, "knex", 11, "knex migrate:unlock",
                         arguments=("--format", "knex"))
            self.make(database, "UPDATE knex_migrations_lock SET is_locked = 0")
            self.take_over(database, "knex", "knex_migrations", ["20240101_a"], [],
                           "--format", "knex")
            self.assertIn("2024-01-01 00:00:00.123", database.scalar(
                "SELECT started_at FROM garboard_migrations"))

    def atlas_folder(self):
        lines, so_far, total = [], hashlib.sha256(), hashlib.sha256()
        hashes = []
        for n in (1, 2, 3):
            name, text = f"{n}_t.sql", PLAIN.format(n)
            self.write(name, text)
            so_far.update(name.encode() + text.encode())
            hashes.append(self.base64(so_far.digest()))
            total.update(name.encode() + hashes[-1].encode())
            lines.append(f"{name} h1:{hashes[-1]}\n")
        self.write("atlas.sum", "h1:" + self.base64(total.digest()) + "\n" + "".join(lines))
        return hashes

    @staticmethod
    def base64(digest):
        import base64
        return base64.b64encode(digest).decode()

    def test_atlas(self):
        hashes = self.atlas_folder()
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE atlas_schema_revisions (version varchar(255) PRIMARY "
                                "KEY, description varchar(255), type bigint, applied bigint, total "
                                "bigint, executed_at timestamp, execution_time bigint, error text, "
                                "error_stmt text, hash varchar(255), partial_hashes text, "
                                "operator_version varchar(255))")
            for n, done, digest in ((1, 1, hashes[0]), (2, 0, hashes[1]),
                                    (".atlas_cloud_identifier", 1, "")):
                database.query(f"INSERT INTO atlas_schema_revisions VALUES ('{n}', 't', 2, {done}, 1,"
                               f" '2024-01-0{n if n != '.atlas_cloud_identifier' else 1} 00:00:00', "
                               f"1, NULL, NULL, '{digest}', NULL, 'v')")
            self.refused(database, "atlas", 31, "0 of 1 statements", "atlas migrate apply")
            self.make(database, "UPDATE atlas_schema_revisions SET applied = 1, hash = 'edited'"
                                " WHERE version = '2'")
            self.refused(database, "atlas", 32, "2_t.sql")
            self.make(database, f"UPDATE atlas_schema_revisions SET hash = '{hashes[1]}'"
                                " WHERE version = '2'")
            self.take_over(database, "atlas", "atlas_schema_revisions", ["1", "2"], ["3"])

    def test_an_atlas_table_in_a_schema_of_its_own(self):
        hashes = self.atlas_folder()
        for database in self.each((databases.Postgres,)):
            self.make(database, "CREATE SCHEMA atlas_schema_revisions",
                      "CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version text, "
                      "description text, type int, applied int, total int, executed_at timestamptz, "
                      "error text, hash text)",
                      "INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES "
                      f"('1', 't', 2, 1, 1, '2024-01-01 00:00:00+02', '', '{hashes[0]}')")
            out, _ = self.adopt(database, "atlas")
            self.assertIn("2023-12-31 22:00:00", out)
            self.assertEqual(self.ids(database), ["1"])

    def test_liquibase_by_author_and_file(self):
        plan = self.plan([{"id": "1", "up": [{"sql": PLAIN.format(1)}]},
                          {"id": "bob:2", "up": [{"sql": PLAIN.format(2)}]},
                          {"id": "b.xml::2", "up": [{"sql": PLAIN.format(3)}]},
                          {"id": "new", "up": [{"sql": PLAIN.format(4)}]}])
        for database in self.each(THREE):
            table = "DATABASECHANGELOG" if database.kind == "mysql" else "databasechangelog"
            lock = table + ("LOCK" if database.kind == "mysql" else "lock")
            bit = "bit(1)" if database.kind == "mysql" else "boolean"
            self.make(database, f"CREATE TABLE {table} (id varchar(255), author varchar(255), "
                                "filename varchar(255), dateexecuted timestamp, orderexecuted int, "
                                "exectype varchar(10), md5sum varchar(35))",
                      f"CREATE TABLE {lock} (id int, locked {bit})",
                      f"INSERT INTO {lock} VALUES (1, TRUE)",
                      f"INSERT INTO {table} VALUES "
                      "('1', 'ann', 'a.xml', '2024-01-01 00:00:00', 1, 'EXECUTED', '9:x'), "
                      "('2', 'bob', 'a.xml', '2024-01-01 00:00:00', 2, 'MARK_RAN', '9:x'), "
                      "('2', 'ann', 'b.xml', '2024-01-01 00:00:00', 3, 'RERAN', '9:x'), "
                      "('new', 'ann', 'b.xml', '2024-01-01 00:00:00', 4, 'SKIPPED', '9:x')")
            self.refused(database, "liquibase", 11, "release-locks", arguments=("--plan", plan))
            self.make(database, f"UPDATE {lock} SET locked = FALSE")
            self.take_over(database, "liquibase", table, ["1", "bob:2", "b.xml::2"], ["new"],
                           "--plan", plan)

    def test_alembic(self):
        plan = self.plan([{"id": f"{head}_m", "up": [{"sql": PLAIN.format(head)}]}
                          for head in ("a1", "b2", "c3")])
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
                      "INSERT INTO alembic_version VALUES ('zz')")
            self.refused(database, "alembic", 20, "'zz'", arguments=("--plan", plan))
            self.make(database, "UPDATE alembic_version SET version_num = 'b2'")
            self.take_over(database, "alembic", "alembic_version", ["a1_m", "b2_m"], ["c3_m"],
                           "--plan", plan)

    def test_prisma(self):
        text = PLAIN.format(1)
        self.write("20240101_a/migration.sql", text.replace("\n", "\r\n"))
        self.write("20240102_b/migration.sql", PLAIN.format(2))
        self.write("20240103_c/migration.sql", PLAIN.format(3))
        for database in self.each(THREE):
            stamp = "timestamptz" if database.kind == "postgres" else "timestamp NULL"
            self.make(database, "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, "
                                f"checksum varchar(64), finished_at {stamp}, migration_name "
                                f"varchar(255), logs text, rolled_back_at {stamp}, started_at {stamp},"
                                " applied_steps_count int)")
            digest = hashlib.sha256(text.encode()).hexdigest()
            row = "('{}', '{}', {}, '{}', NULL, {}, '2024-01-01 10:00:0{}', 1)"
            rows = [row.format(1, digest, "'2024-01-01 10:00:01'", "20240101_a", "NULL", 0),
                    row.format(2, "0" * 64, "NULL", "20240102_b", "'2024-01-01 10:00:02'", 1),
                    row.format(3, "0" * 64, "NULL", "20240102_b", "NULL", 2)]
            self.make(database, "INSERT INTO _prisma_migrations VALUES " + ", ".join(rows))
            self.refused(database, "prisma", 31, "prisma migrate resolve", "20240102_b")
            self.make(database, "UPDATE _prisma_migrations SET finished_at = '2024-01-01 10:00:03'"
                                " WHERE id = '3'")
            self.refused(database, "prisma", 32, "20240102_b/migration.sql")
            good = hashlib.sha256(PLAIN.format(2).encode()).hexdigest()
            self.make(database, f"UPDATE _prisma_migrations SET checksum = '{good}' WHERE id = '3'")
            self.take_over(database, "prisma", "_prisma_migrations", ["20240101_a", "20240102_b"],
                           ["20240103_c"])

    def test_sqlx(self):
        for n in (1, 2, 3):
            self.write(f"{n}_t.sql", PLAIN.format(n))
        for database in self.each(THREE):
            kind = "bytea" if database.kind == "postgres" else "blob"
            self.make(database, "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description"
                                " text, installed_on timestamp DEFAULT CURRENT_TIMESTAMP, success "
                                f"boolean NOT NULL, checksum {kind} NOT NULL, execution_time bigint)")
            for n in (1, 2):
                digest = hashlib.sha384(PLAIN.format(n).encode()).hexdigest()
                value = f"'\\x{digest}'" if database.kind == "postgres" else f"x'{digest}'"
                database.query("INSERT INTO _sqlx_migrations (version, description, success, checksum,"
                               f" execution_time) VALUES ({n}, 't', {'TRUE' if n == 1 else 'FALSE'},"
                               f" {value}, 1)")
            self.refused(database, "sqlx", 31, "version 2", arguments=("--format", "sqlx"))
            self.make(database, "UPDATE _sqlx_migrations SET success = TRUE")
            self.write("1_t.sql", PLAIN.format(1) + "-- more\n")
            self.refused(database, "sqlx", 32, "1_t.sql", arguments=("--format", "sqlx"))
            self.write("1_t.sql", PLAIN.format(1))
            self.take_over(database, "sqlx", "_sqlx_migrations", ["1", "2"], ["3"],
                           "--format", "sqlx")

    def test_refinery(self):
        # the checksums are refinery's own of these files
        self.write("V1__initial.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n")
        self.write("V3__x.sql", "")
        self.write("V4__y.sql", PLAIN.format(4))
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE refinery_schema_history (version int PRIMARY KEY, name "
                                "varchar(255), applied_on varchar(255), checksum varchar(255))",
                      "INSERT INTO refinery_schema_history VALUES "
                      "(1, 'initial', '2024-01-01T10:00:00.5+02:00', '7180407612138126892'), "
                      "(3, 'x', '2024-01-01T10:00:00+02:00', '1')")
            self.refused(database, "refinery", 32, "V3__x.sql", arguments=("--format", "refinery"))
            self.make(database, "UPDATE refinery_schema_history SET checksum = '8348539945620639140'"
                                " WHERE version = 3")
            self.take_over(database, "refinery", "refinery_schema_history", ["1", "3"], ["4"],
                           "--format", "refinery")

    def test_diesel(self):
        for n in (1, 2, 3):
            self.write(f"2024-01-0{n}-000000_t/up.sql", PLAIN.format(n))
            self.write(f"2024-01-0{n}-000000_t/down.sql", f"DROP TABLE t{n};\n")
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY "
                                "KEY, run_on timestamp DEFAULT CURRENT_TIMESTAMP)",
                      "INSERT INTO __diesel_schema_migrations (version) VALUES "
                      "('20240101000000'), ('20240102000000')")
            self.take_over(database, "diesel", "__diesel_schema_migrations",
                           ["20240101000000", "20240102000000"], ["20240103000000"])

    def test_a_row_of_ours_with_other_text_is_refused(self):
        self.pairs(2)
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE schema_migrations (version bigint, dirty boolean)",
                      "INSERT INTO schema_migrations VALUES (2, FALSE)")
            self.adopt(database, "golang-migrate")
            self.make(database, "UPDATE garboard_migrations SET checksum = '1:other' WHERE id = '1'")
            _, err = self.adopt(database, "golang-migrate", code=32)
            self.assertIn("recorded already, with other text", err)

    def test_a_folder_of_another_project_is_refused(self):
        self.pairs(2)
        for database in self.each(THREE):
            self.make(database, "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
                      "INSERT INTO schema_migrations VALUES ('20240101')")
            self.refused(database, "dbmate", 20, "20240101")
            _, err = self.garboard(database, "adopt", "--dir", self.files(), code=2)
            self.assertIn("--from", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
