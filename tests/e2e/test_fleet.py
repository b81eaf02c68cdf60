#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One command for many databases: who fails, who does not, and what is run again."""

import json
import os
import sqlite3
import subprocess
import unittest

import jsonschema

import case
import databases

BROKEN = "CREATE TABLE t_second (this is no column);"


class FleetTest(case.GarboardTest):
    def setUp(self):
        super().setUp()
        self.plan_file = self.plan([case.table("first"), case.table("second")])

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def sqlite_targets(self, count, **more):
        """Targets of files that are not there yet, one URL each in a file of its own."""
        targets = []
        for i in range(count):
            name = f"tenant-{i}"
            with open(self.path(name + ".url"), "w", encoding="utf-8") as file:
                file.write(f"sqlite:{self.path(name)}.db\n")
            targets.append({"name": name, "url_file": self.path(name + ".url"), **more})
        return targets

    def targets_file(self, targets, name="fleet.json"):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump({"version": 1, "targets": targets}, file)
        return self.path(name)

    def launch(self, *arguments, variables=None):
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("GARBOARD_", "DB_", "JOB_")) and k != "DATABASE_URL"}
        return subprocess.Popen([case.GARBOARD, *arguments], env={**kept, **(variables or {})},
                                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def fleet(self, command, targets, *arguments, code=0, variables=None):
        """The report, which fits its schema, and the log."""
        process = self.launch(command, "--targets", targets, "--output", "json", *arguments,
                              variables=variables)
        out, err = process.communicate(timeout=300)
        self.assertNotIn("canary-secret", out + err)
        self.assertEqual(process.returncode, code, out + err)
        document = json.loads(out)
        jsonschema.validate(document, case.REPORT)
        return document, err

    def migrate_fleet(self, targets, *arguments, **more):
        return self.fleet("migrate", targets, "--plan", self.plan_file, *arguments, **more)

    def outcomes(self, document):
        return {each["name"]: each["outcome"] for each in document["targets"]}

    def tables_of(self, name):
        connection = sqlite3.connect(self.path(name + ".db"))
        try:
            return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")
                    if row[0].startswith("t_")}
        finally:
            connection.close()


class SqliteFleet(FleetTest):
    def test_one_broken_target_of_many_fails_alone_and_is_resumed_alone(self):
        targets = self.sqlite_targets(200)
        with open(self.path("tenant-77.db"), "w", encoding="utf-8") as file:
            file.write("this is no database, and it is long enough to be looked at " * 20)
        file = self.targets_file(targets)
        document, err = self.migrate_fleet(file, code=40)
        outcomes = self.outcomes(document)
        self.assertEqual([n for n, o in outcomes.items() if o != "succeeded"], ["tenant-77"])
        self.assertEqual(outcomes["tenant-77"], "failed")
        self.assertEqual(document["summary"],
                         {"succeeded": 199, "failed": 1, "interrupted": 0, "skipped": 0})
        self.assertIn("tenant-77", document["error"]["message"])
        self.assertIn("--target=tenant-77", document["error"]["hint"])
        for i in (0, 76, 78, 199):
            self.assertEqual(self.tables_of(f"tenant-{i}"), {"t_first", "t_second"})

        os.remove(self.path("tenant-77.db"))
        with open(self.path("report.json"), "w", encoding="utf-8") as report:
            json.dump(document, report)
        document, _ = self.migrate_fleet(file, "--only-failed", self.path("report.json"))
        self.assertEqual(self.outcomes(document), {"tenant-77": "succeeded"})
        self.assertEqual(self.tables_of("tenant-77"), {"t_first", "t_second"})

        with open(self.path("report.json"), "w", encoding="utf-8") as report:
            json.dump(document, report)
        document, _ = self.migrate_fleet(file, "--only-failed", self.path("report.json"))
        self.assertEqual(document["targets"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
