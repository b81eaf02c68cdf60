# SPDX-License-Identifier: Apache-2.0
"""Passwords get in whatever characters they are made of, and get out nowhere: not as they stand, not
percent-encoded, not in base64."""

import base64
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import sys
import unittest
import urllib.parse
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import case  # noqa: E402
import databases  # noqa: E402

_loader = importlib.machinery.SourceFileLoader(
    "secrets_check", os.path.join(case.PROJECT, "tests/checks/secrets"))
secrets_check = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("secrets_check", _loader))
_loader.exec_module(secrets_check)

SPECIAL = ["@", ":", "/", "?", "#", "%", "%41", "&", "=", " ", "+", "'", "\"", "\\", "$&;", "äß€"]
PASSWORDS = [f"canary-{special}x{special}" for special in SPECIAL]


class SecretsTest(case.GarboardTest):
    def assert_clean(self, text):
        for line in text.splitlines():
            found = list(secrets_check.findings(line.encode()))
            self.assertEqual(found, [], "a password left the process")

    def run_with(self, variables, *arguments, code):
        """What came out, all of it: both streams and the termination message."""
        log = os.path.join(self.folder.name, "termination-log")
        pathlib.Path(log).write_text("")
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("GARBOARD_", "DB_", "DATABASE_"))}
        done = subprocess.run(
            [case.GARBOARD, *arguments, "--termination-log", log, "--log-level", "debug"],
            env={**kept, **variables}, capture_output=True, text=True, timeout=120)
        everything = done.stdout + "\n" + done.stderr + "\n" + pathlib.Path(log).read_text()
        self.assert_clean(everything)
        self.assertEqual(done.returncode, code, done.stderr)
        return everything

    def file(self, text):
        path = os.path.join(self.folder.name, "mounted")
        pathlib.Path(path).write_text(text)
        return path


class Passwords(SecretsTest):
    def account(self, database):
        """A user of that database whose password can be set."""
        user = "user_" + uuid.uuid4().hex[:12]
        root = database.server.path.lstrip("/")
        if database.kind == "postgres":
            database.run(f"CREATE ROLE {user} LOGIN", root)
            self.addCleanup(database.run, f"DROP ROLE {user}", root)

            def set_password(password):
                database.run("ALTER ROLE {} PASSWORD '{}'".format(user, password.replace("'", "''")),
                             root)
        else:
            name = f"'{user}'@'%'"
            database.run(f"CREATE USER {name}; GRANT ALL ON {database.name}.* TO {name}", root)
            self.addCleanup(database.run, f"DROP USER {name}", root)

            def set_password(password):
                text = password.replace("\\", "\\\\").replace("'", "''")
                verb = f"ALTER USER {name} IDENTIFIED BY '{text}'"
                database.run("SET NAMES utf8mb4; " + verb, root)
        return user, set_password

    def ways_in(self, database, user, password):
        """The same connection as a URL, as fields, and as mounted files."""
        server = database.server
        place = f"{server.hostname}:{server.port}/{database.name}"
        quoted = urllib.parse.quote(password, safe="")
        yield "encoded URL", {"DATABASE_URL": f"{server.scheme}://{user}:{quoted}@{place}"}
        if "%41" not in password:  # raw, this is an A
            yield "raw URL", {"DATABASE_URL": f"{server.scheme}://{user}:{password}@{place}"}
            yield "file with a raw URL", {
                "GARBOARD_URL_FILE": self.file(f"{server.scheme}://{user}:{password}@{place}\n")}
        fields = {"DB_TYPE": server.scheme, "DB_HOST": server.hostname, "DB_PORT": str(server.port),
                  "DB_NAME": database.name, "DB_USER": user}
        yield "fields", {**fields, "DB_PASSWORD": password}
        yield "mounted file", {**fields, "DB_PASSWORD_FILE": self.file(password + "\n")}

    def test_work_whatever_characters_they_hold(self):
        for database in self.each((databases.Postgres, databases.Mariadb, databases.Mysql)):
            user, set_password = self.account(database)
            for password in PASSWORDS:
                set_password(password)
                for way, variables in self.ways_in(database, user, password):
                    with self.subTest(password=password, way=way):
                        self.run_with(variables, "history", code=0)

    def test_are_not_in_the_refusal_of_a_wrong_one(self):
        for database in self.each((databases.Postgres, databases.Mariadb, databases.Mysql)):
            user, set_password = self.account(database)
            set_password("another")
            for password in PASSWORDS:
                for way, variables in self.ways_in(database, user, password):
                    for form in ("json", "text"):
                        with self.subTest(password=password, way=way, form=form):
                            self.run_with(variables, "history", "--log-format", form, code=21)

    def test_are_not_in_the_refusal_of_a_url(self):
        for broken in ("postgres//u:{}@h/d", "postgres://u:{}@h:99999/d", "postgres://u:{}@h/d?x",
                       "jdbc:postgres://u:{}@h/d", "postgres://u:{}@[h/d", "nothing://u:{}@h/d"):
            for password in PASSWORDS:
                url = broken.format(password)
                with self.subTest(url=url):
                    text = self.run_with({"DATABASE_URL": url}, "history",
                                         code=23 if url.startswith("nothing") else 20)
                    self.assertNotEqual(text.strip(), "")


class Echoes(SecretsTest):
    """A server repeats what a failing statement says."""

    def test_the_runs_password_is_taken_out_of_what_a_server_repeats(self):
        for database in self.each((databases.Postgres, databases.Mariadb, databases.Mysql)):
            password = urllib.parse.unquote(database.server.password)
            if not password.startswith("canary-"):
                continue  # a server that was not started by tests/support/servers
            encoded = base64.b64encode(f"u:{password}:x".encode()).decode()
            percent = password.replace("-", "%2D")
            for spelling in (password, encoded, percent):
                with self.subTest(spelling=spelling):
                    plan = self.plan([
                        {"name": "good", "up": [{"sql": "CREATE TABLE good (a integer)"}]},
                        {"name": "bad", "up": [{"sql": "INSERT INTO good VALUES (1)"},
                                               {"sql": f"SELECT nothing_{len(spelling)} FROM good "
                                                       f"WHERE 'before {spelling} after' = wrong"}]}])
                    for form in ("json", "text"):
                        text = self.run_with({"DATABASE_URL": database.url}, "migrate", "--plan", plan,
                                             "--output", "json" if form == "json" else "text",
                                             "--log-format", form, code=30)
                        self.assertIn("***", text)
            for table in ("garboard_migrations", "garboard_migrations_journal",
                          "garboard_migrations_log"):
                self.assert_clean("\n".join("|".join(row) for row in
                                            database.query(f"SELECT * FROM {table}")))


class Process(SecretsTest):
    """What others on the machine can see of a run."""

    def start(self, url):
        """A run that waits for a server that never answers; it is past its start."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(60)
        self.addCleanup(listener.close)
        command = [case.GARBOARD, "history", "--connect-timeout", "60s"]
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        variables["DATABASE_URL"] = url.format(port=listener.getsockname()[1])
        account = {}
        if os.getuid() == 0:  # root's own processes look the same either way
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            if subprocess.run(["test", "-x", case.GARBOARD], **account).returncode != 0:
                self.skipTest("nobody may not run the program where it stands")
        run = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **account)
        self.addCleanup(run.communicate)
        self.addCleanup(run.send_signal, signal.SIGKILL)
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        return run

    def test_keeps_its_memory_to_itself(self):
        run = self.start("postgres://u:canary-p4ss@127.0.0.1:{port}/d")
        folder = pathlib.Path("/proc", str(run.pid))
        status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines()
                      if ":\t" in line)
        own = int(status["Uid"].split()[0])
        self.assertNotEqual(own, 0)
        # The kernel gives root what it will not let be traced.
        for name in ("mem", "environ", "fd"):
            self.assertEqual((folder / name).stat().st_uid, 0, name)
        limits = (folder / "limits").read_text()
        core = next(line.split() for line in limits.splitlines() if line.startswith("Max core file"))
        self.assertEqual(core[4:6], ["0", "0"])
        self.assertEqual(
            [name for name in (folder / "cmdline").read_bytes().split(b"\0") if b"canary" in name], [])

    def test_refuses_a_password_on_the_command_line(self):
        text = self.run_with({}, "history", "--url", "postgres://u:canary-p4ss@127.0.0.1/d", code=2)
        self.assertIn("DATABASE_URL", text)


if __name__ == "__main__":
    unittest.main()
