# SPDX-License-Identifier: Apache-2.0
"""The rights that docs/security.md gives to each role are enough, and no more are used."""

import os
import shutil
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import case  # noqa: E402
import databases  # noqa: E402

PLAN = [{"name": "one", "up": [{"sql": "CREATE TABLE one (a integer)"}]},
        {"name": "two", "up": [{"sql": "INSERT INTO one VALUES (1)"}]}]


class Account:
    """A database as one user of it connects to it."""

    def __init__(self, database, user):
        server = database.server
        self.kind = database.kind
        self.url = server._replace(netloc=f"{user}:canary-pw@{server.hostname}:{server.port}",
                                   path="/" + database.name).geturl()


class LeastPrivilege(case.GarboardTest):
    def name(self, role):
        return f"{role}_{uuid.uuid4().hex[:12]}"

    def check(self, migrator, gate, *options, refusal):
        plan = self.plan(PLAN)
        gate_options = ["--plan", plan, *options]
        self.migrate(migrator, plan, *options)
        self.migrate(migrator, plan, *options)
        self.garboard(gate, "wait", "--applied", "all", *gate_options)
        self.garboard(gate, "status", "--exit-code", *gate_options)
        more = self.plan(PLAN + [{"name": "three", "up": [{"sql": "CREATE TABLE three (a integer)"}]}], "more.json")
        self.garboard(gate, "status", "--exit-code", "--plan", more, *options, code=3)
        self.migrate(gate, more, *options, code=refusal)
        self.migrate(migrator, more, *options)

    def test_on_postgres(self):
        for database in self.each((databases.Postgres,)):
            migrator, gate = self.name("migrator"), self.name("gate")
            for role in (migrator, gate):
                database.run(f"CREATE ROLE {role} LOGIN PASSWORD 'canary-pw'", database.name)
                self.addCleanup(database.run, f"DROP ROLE {role}", database.server.path.lstrip("/"))
            database.run(f"CREATE SCHEMA app AUTHORIZATION {migrator}; "
                         f"ALTER ROLE {migrator} IN DATABASE {database.name} SET search_path = app; "
                         f"GRANT USAGE ON SCHEMA app TO {gate}; "
                         f"ALTER DEFAULT PRIVILEGES FOR ROLE {migrator} IN SCHEMA app "
                         f"GRANT SELECT ON TABLES TO {gate}", database.name)
            self.check(Account(database, migrator), Account(database, gate), "--schema", "app",
                       refusal=25)  # the history is another's
            self.assertEqual(database.scalar("SELECT count(*) FROM app.one"), "1")

    def test_on_mysql(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            migrator, gate = self.name("migrator"), self.name("gate")
            for role in (migrator, gate):
                database.run(f"CREATE USER '{role}'@'%' IDENTIFIED BY 'canary-pw'", database.name)
                self.addCleanup(database.run, f"DROP USER '{role}'@'%'",
                                database.server.path.lstrip("/"))
            database.run(f"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, "
                         f"TRIGGER ON {database.name}.* TO '{migrator}'@'%'; "
                         f"GRANT SELECT ON {database.name}.* TO '{gate}'@'%'", database.name)
            self.check(Account(database, migrator), Account(database, gate), refusal=22)

    @unittest.skipUnless(shutil.which("setpriv"), "no setpriv to give rights up with")
    def test_in_a_container_without_rights(self):
        for database in self.each((databases.Postgres, databases.Mariadb)):
            plan = self.plan(PLAN)
            os.chmod(self.folder.name, 0o755)
            command = ["setpriv", "--no-new-privs"]
            if os.getuid() == 0:
                command += ["--reuid", "65534", "--regid", "65534", "--clear-groups",
                            "--bounding-set=-all", "--inh-caps=-all"]
                if subprocess.run([*command, "test", "-x", case.GARBOARD], check=False).returncode != 0:
                    self.skipTest("nobody may not run the program where it stands")
            done = subprocess.run([*command, case.GARBOARD, "migrate", "--plan", plan], timeout=120,
                                  env={**case.environment(database), "HOME": "/nonexistent"},
                                  capture_output=True, text=True, cwd="/")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
