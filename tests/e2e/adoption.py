# SPDX-License-Identifier: Apache-2.0
"""What the tests of `adopt` share: files of another tool, and its table before and after."""

import json
import os

import jsonschema

from case import PROJECT, GarboardTest

with open(os.path.join(PROJECT, "schema", "report.schema.json"), encoding="utf-8") as schema:
    REPORT = json.load(schema)


class AdoptionTest(GarboardTest):
    def write(self, name, text):
        path = os.path.join(self.folder.name, "migrations", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def files(self):
        return os.path.join(self.folder.name, "migrations")

    def adopt(self, database, tool, *arguments, code=0):
        source = () if "--plan" in arguments else ("--dir", self.files())
        return self.garboard(database, "adopt", "--from", tool, *source, *arguments, code=code)

    def adopted(self, database, tool, *arguments):
        """What the report says of each migration, by its id."""
        out, _ = self.adopt(database, tool, *arguments, "--output", "json")
        report = json.loads(out)
        jsonschema.validate(report, REPORT)
        return {each["id"]: each["adoption"] for each in report["migrations"]}

    def image(self, database, table):
        """The rows of a table and, where the database has one, the trace of every write to them."""
        if database.kind == "postgres":
            return database.query(f'SELECT ctid, xmin, t.* FROM "{table}" t ORDER BY 1')
        if database.kind == "sqlite":
            return sorted(map(repr, database.query(f'SELECT * FROM "{table}"')))
        return database.query(f"CHECKSUM TABLE `{table}` EXTENDED; SELECT COUNT(*) FROM `{table}`")

    def take_over(self, database, tool, table, recorded, pending, *arguments):
        """Dry run, adoption, adoption again; then migrate applies what is pending and nothing else."""
        before = self.image(database, table)
        dry = self.adopted(database, tool, *arguments, "--dry-run")
        self.assertEqual([i for i, state in dry.items() if state == "toRecord"], recorded)
        self.assertEqual([i for i, state in dry.items() if state == "pending"], pending)
        self.assertFalse(self.has_ledger(database))
        done = self.adopted(database, tool, *arguments)
        self.assertEqual([i for i, state in done.items() if state == "recorded"], recorded)
        self.assertEqual(sorted(self.ids(database)), sorted(recorded))
        rows = self.image(database, "garboard_migrations")
        again = self.adopted(database, tool, *arguments)
        self.assertEqual([i for i, state in again.items() if state == "alreadyRecorded"], recorded)
        self.assertEqual(self.image(database, "garboard_migrations"), rows)
        source = arguments if "--plan" in arguments else ("--dir", self.files(), *arguments)
        out, _ = self.garboard(database, "migrate", *source, "--output", "json")
        self.assertEqual([each["id"] for each in json.loads(out)["migrations"]], pending)
        self.assertEqual(self.image(database, table), before)

    def has_ledger(self, database):
        if database.kind == "sqlite":
            sql = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'garboard_migrations'"
        elif database.kind == "postgres":
            sql = "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'garboard_migrations'"
        else:
            sql = ("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() "
                   "AND table_name = 'garboard_migrations'")
        return database.scalar(sql) != "0"
