# SPDX-License-Identifier: Apache-2.0
"""examples/driver_firebird: a driver of somebody else's, built outside the tree, with the embedded
engine of Firebird."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

from package_case import GARBOARD, PackageCase, run


def steps(*statements):
    return [{"sql": statement} for statement in statements]


class FirebirdTest(PackageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plugins = os.path.dirname(cls().by_cmake("driver_firebird"))

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="garboard-firebird-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        # where the engine keeps what its processes share
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        self.environment["FIREBIRD_LOCK"] = self.folder
        self.environment["DATABASE_URL"] = f"firebird:{self.folder}/app.fdb?create=true&lock_timeout=1"

    def plan(self, migrations):
        path = os.path.join(self.folder, "plan.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "database": "firebird", "migrations": migrations}, file)
        return path

    def start(self, *arguments):
        return subprocess.Popen([GARBOARD, *arguments, "--plugin-dir", self.plugins], text=True,
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def garboard(self, *arguments, code=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def migrate(self, migrations, code=0):
        return self.garboard("migrate", "--plan", self.plan(migrations), code=code)

    def claims(self, *conditions):
        """Fails when one of these is false in the database."""
        self.claimed = getattr(self, "claimed", 0) + 1
        self.garboard("migrate", "--app", f"claims{self.claimed}", "--plan", self.plan(
            [{"name": f"claim {i}", "up": steps(f"CREATE TABLE c{self.claimed}_{i} (x INT)", (
                f"INSERT INTO c{self.claimed}_{i} SELECT 1 / CASE WHEN {condition} THEN 1 ELSE 0 END FROM RDB$DATABASE"))}
             for i, condition in enumerate(conditions)]))

    def test_applies_its_plan_and_takes_it_back(self):
        plan = os.path.join(self.source("driver_firebird"), "plan.yaml")
        out, _ = self.garboard("migrate", "--plan", plan)
        self.assertIn("4 applied", out)
        out, _ = self.garboard("migrate", "--plan", plan)
        self.assertIn("nothing pending, 4 applied", out)
        self.claims("(SELECT n FROM active_users) = 1",
                    "(SELECT COUNT(*) FROM users WHERE email = 'g\u00e4ste@example.com') = 1",
                    "(SELECT COUNT(*) FROM \"garboard_migrations\" WHERE app = 'default' AND ABS(DATEDIFF(SECOND, "
                    "finished_at, DATEADD(CAST(RDB$GET_CONTEXT('USER_SESSION', 'GARBOARD_UTC') AS INTEGER) "
                    "SECOND TO CURRENT_TIMESTAMP))) < 3600) = 4")
        self.garboard("rollback", "--plan", plan)
        self.claims("NOT EXISTS (SELECT 1 FROM RDB$RELATIONS WHERE RDB$RELATION_NAME = 'USERS')")

    def test_goes_on_where_a_statement_was_refused(self):
        good = {"name": "one", "up": steps("CREATE TABLE one (x INT)", "INSERT INTO one VALUES (1)")}
        bad = {"name": "two", "up": steps("CREATE TABLE two (x INT)", "INSERT INTO \u00e4h VALUES (1)")}
        _, err = self.migrate([good, bad], code=31)
        failure = json.loads(err.splitlines()[-1])
        self.assertEqual(failure["sqlstate"], "42000")
        bad["up"][1]["sql"] = "INSERT INTO two VALUES (2)"
        self.migrate([good, bad])
        self.claims("(SELECT SUM(x) FROM two) = 2", "(SELECT COUNT(*) FROM one) = 1")

    def test_says_what_is_wrong_and_where(self):
        _, err = self.migrate([{"name": "one", "up": steps("INSERT INTO\n  nowhere VALUES ('\u00e4')")}], code=30)
        failure = json.loads(err.splitlines()[-1])
        self.assertEqual((failure["sqlstate"], failure["statement"]["position"]), ("42S02", 14))

    def test_keeps_a_long_text(self):
        change = {"name": "long", "up": steps("CREATE TABLE l (x INT)"),
                  "down": steps("DROP TABLE l -- " + "\u00e4" * 40000)}
        self.migrate([change])
        self.claims("(SELECT OCTET_LENGTH(down_sql) FROM \"garboard_migrations\" WHERE id = 'long') > 80000")

    def test_survives_being_killed_anywhere(self):
        plan = [{"name": "a", "up": steps("CREATE TABLE a (x INT)", "INSERT INTO a VALUES (1)")},
                {"name": "b", "up": steps(
                    "CREATE TABLE b (x INT)", "CREATE INDEX b_x ON b (x)",
                    "INSERT INTO b SELECT FIRST 5000 1 FROM RDB$TYPES p, RDB$TYPES q",
                    "ALTER TABLE b ADD y INT", "INSERT INTO b VALUES (1, 2)")}]
        began = time.monotonic()
        self.migrate(plan)
        whole = time.monotonic() - began
        for part in (0.2, 0.4, 0.5, 0.7, 0.85):
            with self.subTest(part=part):
                os.unlink(os.path.join(self.folder, "app.fdb"))
                process = self.start("migrate", "--plan", self.plan(plan))
                time.sleep(whole * part)
                process.kill()
                process.communicate()
                self.migrate(plan)
                self.claims("(SELECT COUNT(*) FROM a) = 1", "(SELECT COUNT(*) FROM b) = 5001")

    def test_leaves_no_half_made_database(self):
        """Killed at each moment of its making, which takes most of a first run."""
        name = os.path.join(self.folder, "app.fdb")
        plan = self.plan([{"name": "one", "up": steps("CREATE TABLE one (x INT)")}])
        for after_ms in range(20, 220, 20):
            process = self.start("migrate", "--plan", plan)
            time.sleep(after_ms / 1000)
            process.kill()
            process.communicate()
            self.garboard("migrate", "--plan", plan)
            os.unlink(name)

    def test_makes_one_database_where_many_start_at_once(self):
        plan = self.plan([{"name": "one", "up": steps("CREATE TABLE one (x INT)", "INSERT INTO one VALUES (1)")}])
        codes = []
        for process in [self.start("migrate", "--plan", plan) for _ in range(4)]:
            _, err = process.communicate(timeout=300)
            self.assertIn(process.returncode, (0, 10), err)  # 10: another process has it open
            codes.append(process.returncode)
        self.assertIn(0, codes)
        self.claims("(SELECT COUNT(*) FROM one) = 1")
        self.assertEqual([name for name in os.listdir(self.folder) if ".new-" in name], [])

    def test_passes_the_conformance_kit(self):
        kit = os.path.join(self.sdk, "libexec", "garboard", "garboard-conformance")
        self.environment["DATABASE_URL"] = f"firebird:{self.folder}/app.fdb?create=true&lock_timeout=2"
        run(kit, os.path.join(self.plugins, "garboard-driver-firebird.so"), "--profile",
            os.path.join(self.source("driver_firebird"), "profile.json"), env=self.environment)

    def test_stops_a_statement_when_told_to(self):
        process = self.start("migrate", "--plan", self.plan(
            [{"name": "before", "up": steps("CREATE TABLE big (x INT)")},
             {"name": "slow", "up": steps("INSERT INTO big SELECT 1 FROM RDB$TYPES p, RDB$TYPES q, RDB$TYPES r, RDB$TYPES s")}]))
        for line in process.stderr:
            if '"migrationApplied"' in line:
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=300)
        self.assertEqual(process.returncode, 13)
        self.claims("(SELECT COUNT(*) FROM big) = 0")


if __name__ == "__main__":
    unittest.main()
