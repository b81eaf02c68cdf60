# SPDX-License-Identifier: Apache-2.0
"""What end-to-end tests share: a folder for plans, a fresh database of each kind, and the program."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import jsonschema

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402

GARBOARD = os.environ["GARBOARD"]
TEST_HOOKS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(GARBOARD))), "lib", "test-hooks")
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def report_schema():
    """In one document: what refers to the schema of errors refers to a part of it."""
    texts = {}
    for name in ("report", "error"):
        with open(os.path.join(PROJECT, "schema", f"{name}.schema.json"), encoding="utf-8") as file:
            texts[name] = file.read().replace('"error.schema.json"', '"#/definitions/error"')
    error = json.loads(texts["error"].replace('"$ref": "#"', '"$ref": "#/definitions/error"'))
    error.pop("$id")
    document = json.loads(texts["report"])
    document["definitions"]["error"] = error
    return document


REPORT = report_schema()


def table(name, **more):
    """A migration that makes a table and drops it again."""
    return {"id": name, "up": [{"sql": f"CREATE TABLE t_{name} (x INT);"}],
            "down": [{"sql": f"DROP TABLE t_{name};"}], **more}


def environment(database):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
    return {**kept, "DATABASE_URL": database.url}


class GarboardTest(unittest.TestCase):
    """One command line, run against a fresh database of each kind."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="garboard-plan-")
        self.addCleanup(self.folder.cleanup)

    def each(self, kinds=databases.ALL):
        """A fresh database of each kind, as a subtest; a kind without a server is said and skipped."""
        missing = []
        for kind in kinds:
            try:
                database = kind()
            except unittest.SkipTest as reason:
                missing.append(str(reason))
                continue
            with self.subTest(database=kind.__name__):
                try:
                    yield database
                finally:
                    database.drop()
        if missing:
            print("not run:", "; ".join(missing), file=sys.stderr)

    def plan(self, migrations, name="plan.json"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "migrations": migrations}, file)
        return path

    def start(self, database, *arguments):
        return subprocess.Popen([GARBOARD, *arguments], env=environment(database), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def garboard(self, database, *arguments, code=0):
        process = self.start(database, *arguments)
        out, err = process.communicate(timeout=120)
        self.assertNotIn("canary", out + err)
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def migrate(self, database, plan, *arguments, code=0):
        return self.garboard(database, "migrate", "--plan", plan, *arguments, code=code)

    def ids(self, database):
        return [row[0] for row in
                database.query("SELECT id FROM garboard_migrations WHERE state = 'applied' "
                               "ORDER BY ordinal")]

    def run_json(self, database, *arguments, code=0):
        """The report, which fits its schema."""
        out, _ = self.garboard(database, *arguments, "--output", "json", code=code)
        document = json.loads(out)
        if code == 0:
            jsonschema.validate(document, REPORT)
        return document

    def log(self, database):
        return database.query("SELECT id, action FROM garboard_migrations_log ORDER BY seq")

    def tables(self, database):
        """All but Garboard's own."""
        if database.kind == "sqlite":
            sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        elif database.kind == "postgres":
            sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        else:
            sql = ("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
                   "ORDER BY 1")
        return [row[0] for row in database.query(sql) if not row[0].startswith("garboard_")]
