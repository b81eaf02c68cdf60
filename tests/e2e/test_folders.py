# SPDX-License-Identifier: Apache-2.0
"""Folders of other tools, placeholders and `new`, on every database, looked at from outside."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import GARBOARD, PROJECT, GarboardTest  # noqa: E402

EXAMPLES = pathlib.Path(PROJECT) / "examples" / "folders"
IDS = {
    "dbmate": ["20240105093000", "20240212101500"],
    "golang-migrate": ["1", "2"],
    "goose": ["1", "2", "3"],
    "flyway": ["1", "1.1", "2", "R__by_author"],
    "sqlx": ["20240105093000", "20240212101500"],
    "diesel": ["20240105093000", "20240212101500"],
    "knex": ["20240105093000_create_notes", "20240212101500_add_author"],
    "atlas": ["20240105093000", "20240212101500"],
    "prisma": ["20240105093000_create_notes", "20240212101500_add_author"],
    "refinery": ["1", "2"],
    "sql-migrate": ["20240105093000-create_notes.sql", "20240212101500-add_author.sql"],
    "pop": ["20240105093000000000", "20240212101500000000"],
    "plain": ["01-create-notes", "02-add-author"],
    "plan": ["create-notes", "add-author"],
}
# Their names alone could be those of another tool.
NAMED = {"knex", "refinery", "pop"}
OPTIONS = {"flyway": ["--set", "region=eu"]}
SECRET = "canary-s3cret/with 'quote"


class FolderTest(GarboardTest):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.folder.name)

    def put(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def garboard(self, database, *arguments, code=0, **variables):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        url = {"DATABASE_URL": database.url} if database else {}
        done = subprocess.run([GARBOARD, *map(str, arguments)], env={**kept, **url, **variables},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              cwd=self.path)
        self.assertNotIn("canary", done.stdout + done.stderr)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def ids(self, database):
        return [row[0] for row in database.query("SELECT id FROM garboard_migrations WHERE "
                                                 "state = 'applied' ORDER BY ordinal")]

    def test_every_example_is_there_and_is_known(self):
        self.assertEqual(sorted(IDS), sorted(p.name for p in EXAMPLES.iterdir()))

    def test_applies_every_format_under_its_tools_ids(self):
        for database in self.each():
            for name, ids in IDS.items():
                options = OPTIONS.get(name, []) + (["--format", name] if name in NAMED else [])
                table = "t_" + name.replace("-", "_")
                self.garboard(database, "migrate", "--dir", EXAMPLES / name, "--table", table,
                              *options)
                rows = database.query(f"SELECT id FROM {table} ORDER BY ordinal")
                self.assertEqual([row[0] for row in rows], ids, name)
                database.query("INSERT INTO notes (id, body, author) VALUES (7, 'x', 'y')")
                self.garboard(database, "status", "--exit-code", "--dir", EXAMPLES / name, "--table",
                              table, *options)
                if name == "flyway":
                    body = database.scalar("SELECT body FROM notes WHERE id = 1")
                    self.assertEqual(body, "written in eu")
                    database.query("DROP VIEW notes_by_author")
                if name == "goose":
                    body = database.scalar("SELECT body FROM notes WHERE id = 1")
                    self.assertEqual(body, "written by nobody")
                database.query("DROP TABLE notes")

    def test_takes_a_folder_as_url_and_not_beside_a_plan(self):
        folder = EXAMPLES / "dbmate"
        self.garboard(None, "validate", "--dir", f"file://{folder}")
        said = self.garboard(None, "validate", "--dir", folder, "--plan", "x.yaml", code=2)
        self.assertIn("both given", said)
        said = self.garboard(None, "validate", code=2)
        self.assertIn("--plan FILE or --dir PATH", said)

    def test_places_a_failing_statement_in_the_file(self):
        self.put("m/1_a.sql", "-- migrate:up\n\nSELECT 1;\nSELECT * FROM\n  nowhere;\n")
        for database in self.each():
            said = self.garboard(database, "migrate", "--dir", "m", "--log-format", "text", code=30)
            self.assertRegex(said, r"at: m/1_a\.sql:[45]:")

    def secret_plan(self):
        self.put("token", SECRET.replace("'", "''") + "\n")
        return self.put("p.yaml", "version: 1\nplaceholders:\n  NAME: {default: some}\n"
                        "  TOKEN: {file: token, secret: true}\nmigrations:\n  - name: one\n    up:\n"
                        "      - sql: |\n          CREATE TABLE ${NAME}_t (x VARCHAR(99));\n"
                        "          INSERT INTO ${NAME}_t VALUES ('${TOKEN}');\n    down:\n"
                        "      - sql: DELETE FROM ${NAME}_t WHERE x = '${TOKEN}';\n")

    def test_secrets_reach_the_database_and_nothing_else(self):
        plan = self.secret_plan()
        for database in self.each():
            self.garboard(database, "migrate", "--plan", plan, "--log-level", "debug")
            self.assertEqual(database.scalar("SELECT x FROM some_t"), SECRET)
            kept = database.query("SELECT * FROM garboard_migrations")
            self.assertNotIn("canary", str(kept))
            self.assertIn("${TOKEN}", str(kept))
            self.garboard(database, "render", "--plan", plan)
            self.garboard(database, "render", "--plan", plan, "--output", "json")
            # the same value wherever it comes from: not a changed migration
            self.garboard(database, "migrate", "--plan", plan, "--set", "NAME=other")

    def test_a_failing_statement_with_a_secret_shows_its_template(self):
        plan = self.secret_plan()
        plan.write_text(plan.read_text(encoding="utf-8").replace("VALUES (", "VALUES (,"),
                        encoding="utf-8")
        for database in self.each():
            code = 31 if database.kind == "mysql" else 30
            said = self.garboard(database, "migrate", "--plan", plan, "--log-format", "text",
                                 code=code)
            self.assertIn("${TOKEN}", said)
            self.assertRegex(said, r"p\.yaml:10:\d+")

    def test_a_template_goes_on_after_a_failure_with_other_values(self):
        plan = self.put("p.yaml", "version: 1\nplaceholders: {N: {env: N}, T: {env: T}}\n"
                        "migrations:\n  - name: one\n    transaction: never\n    up:\n      - sql: |\n"
                        "          CREATE TABLE a (x INT);\n          INSERT INTO a VALUES (${N});\n"
                        "          INSERT INTO ${T} VALUES (2);\n")
        for database in self.each():
            self.garboard(database, "migrate", "--plan", plan, code=31, N="1", T="nowhere")
            self.garboard(database, "migrate", "--plan", plan, N="9", T="a")
            # MySQL keeps what was inserted only together with the row that says so
            first = "9" if database.kind == "mysql" else "1"
            rows = {row[0] for row in database.query("SELECT x FROM a")}
            self.assertEqual(rows, {first, "2"})

    def test_new_goes_on_in_every_format(self):
        for name in IDS:
            folder = self.path / name
            for word in ("add users", "add more"):
                said = self.garboard(None, "new", word, "--dir", folder, "--format", name,
                                     "--output", "json")
                for path in json.loads(said)["files"]:
                    self.assertTrue(os.path.isfile(path), path)
            said = self.garboard(None, "validate", "--dir", folder, "--format", name, "--output",
                                 "json", "--database", "sqlite")
            self.assertEqual(json.loads(said)["migrations"], 2, name)
            before = sorted(folder.rglob("*"))
            if name not in NAMED | {"sqlx", "plain"}:  # of which nothing tells the format
                self.garboard(None, "new", "third", "--dir", folder)
                self.assertGreater(len(sorted(folder.rglob("*"))), len(before))

    def test_new_adds_to_a_plan_and_changes_nothing_when_it_cannot(self):
        self.garboard(None, "new", "first", "--plan", "p.yaml")
        text = "# kept\n" + (self.path / "p.yaml").read_text(encoding="utf-8")
        plan = self.put("p.yaml", text)
        self.garboard(None, "new", "it's second", "--plan", plan)
        self.assertTrue(plan.read_text(encoding="utf-8").startswith(text))
        self.garboard(None, "validate", "--plan", plan)
        again = plan.read_text(encoding="utf-8")
        self.garboard(None, "new", "first", "--plan", plan, code=20)  # the same id twice
        self.assertEqual(plan.read_text(encoding="utf-8"), again)
        self.garboard(None, "new", "x", "--dir", "empty", code=2)


if __name__ == "__main__":
    unittest.main()
