# SPDX-License-Identifier: Apache-2.0
"""`garboard adopt` takes over histories that the real dbmate and the real Knex have made."""

import json
import os
import shutil
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import databases  # noqa: E402
import node_tools  # noqa: E402
from adoption import AdoptionTest  # noqa: E402

KINDS = (databases.Sqlite, databases.Postgres, databases.Mariadb)
VERSIONS = ["20240101000000", "20240102000000", "20240103000000"]


class RealToolsTest(AdoptionTest):
    @classmethod
    def setUpClass(cls):
        node_tools.folder()

    def dbmate(self, database, *arguments):
        url = database.url + ("?sslmode=disable" if database.kind == "postgres" else "")
        node_tools.run("dbmate", "--no-dump-schema", "--migrations-dir", self.files(), *arguments,
                       cwd=self.folder.name, env={"DATABASE_URL": url})

    def dbmate_file(self, version):
        self.write(f"{version}_t{version}.sql", f"-- migrate:up\nCREATE TABLE t{version} (x INT);\n\n"
                                                f"-- migrate:down\nDROP TABLE t{version};\n")

    def test_takes_over_from_dbmate(self):
        for database in self.each(KINDS):
            shutil.rmtree(self.files(), ignore_errors=True)
            for version in VERSIONS[:2]:
                self.dbmate_file(version)
            self.dbmate(database, "migrate")
            self.dbmate_file(VERSIONS[2])
            self.take_over(database, "dbmate", "schema_migrations", VERSIONS[:2], VERSIONS[2:])
            self.garboard(database, "status", "--dir", self.files(), "--exit-code")

    def test_takes_over_a_rolled_back_one_as_pending(self):
        for database in self.each(KINDS):
            shutil.rmtree(self.files(), ignore_errors=True)
            for version in VERSIONS:
                self.dbmate_file(version)
            self.dbmate(database, "migrate")
            self.dbmate(database, "rollback")
            self.take_over(database, "dbmate", "schema_migrations", VERSIONS[:2], VERSIONS[2:])

    def knex(self, database, *arguments):
        client = {"postgres": "pg", "mysql": "mysql2"}[database.kind]
        parts = urllib.parse.urlsplit(database.url)
        connection = {"host": parts.hostname, "port": parts.port, "user": parts.username,
                      "password": urllib.parse.unquote(parts.password),
                      "database": parts.path.lstrip("/")}
        path = os.path.join(self.folder.name, "knexfile.js")
        with open(path, "w", encoding="utf-8") as file:
            file.write("module.exports = " + json.dumps(
                {"client": client, "connection": connection,
                 "migrations": {"directory": os.path.join(self.folder.name, "knex")}}) + ";\n")
        modules = os.path.join(self.folder.name, "node_modules")
        if not os.path.exists(modules):
            os.symlink(node_tools.folder() / "node_modules", modules)
        node_tools.run("knex", "--knexfile", path, *arguments, cwd=self.folder.name, env={})

    def knex_file(self, name):
        folder = os.path.join(self.folder.name, "knex")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".js"), "w", encoding="utf-8") as file:
            file.write(f"exports.up = (knex) => knex.raw('CREATE TABLE t{name[:8]} (x INT)');\n"
                       f"exports.down = (knex) => knex.raw('DROP TABLE t{name[:8]}');\n")

    def test_takes_over_from_knex(self):
        names = ["20240101000000_a", "20240102000000_b", "20240103000000_c"]
        for database in self.each(KINDS[1:]):
            shutil.rmtree(self.files(), ignore_errors=True)
            shutil.rmtree(os.path.join(self.folder.name, "knex"), ignore_errors=True)
            for name in names:
                self.write(name + ".sql", f"CREATE TABLE t{name[:8]} (x INT);\n")
            for name in names[:2]:
                self.knex_file(name)
            self.knex(database, "migrate:latest")
            _, err = self.adopt(database, "dbmate", "--from-table", "knex_migrations", code=20)
            self.assertIn("knex", err)
            self.take_over(database, "knex", "knex_migrations", names[:2], names[2:],
                           "--format", "knex")
            times = database.query("SELECT k.name FROM knex_migrations k JOIN garboard_migrations g"
                                   " ON k.name LIKE CONCAT(g.id, '%') AND g.started_at < "
                                   "(SELECT MAX(finished_at) FROM garboard_migrations)")
            self.assertEqual(len(times), 2)

    def test_takes_over_from_knex_into_a_plan(self):
        names = ["20240101000000_a", "20240102000000_b"]
        plan = self.plan([{"id": name, "up": [{"sql": f"CREATE TABLE t{name[:8]} (x INT);"}]}
                          for name in names])
        for database in self.each(KINDS[1:]):
            shutil.rmtree(os.path.join(self.folder.name, "knex"), ignore_errors=True)
            self.knex_file(names[0])
            self.knex(database, "migrate:latest")
            self.take_over(database, "knex", "knex_migrations", names[:1], names[1:],
                           "--plan", plan)


if __name__ == "__main__":
    unittest.main(verbosity=2)
