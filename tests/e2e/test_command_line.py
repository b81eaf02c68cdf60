# SPDX-License-Identifier: Apache-2.0
"""What the built program promises whatever the database: exit codes, errors, help, secrets, signals.
Needs no server."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

GARBOARD = os.environ["GARBOARD"]
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMANDS = ["migrate", "status", "validate", "lint", "render", "split", "wait", "plugins", "completion",
            "version", "help"]
CANARY = "canary-Pa55/word@x"


def schema(name):
    with open(os.path.join(PROJECT, "schema", name), encoding="utf-8") as file:
        return json.load(file)


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="garboard-cli-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.plan = self.write("plan.yaml", "version: 1\nmigrations:\n"
                               "  - {name: one, up: [{sql: 'CREATE TABLE one (x INT);'}]}\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def environment(self, variables):
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("GARBOARD_", "DB_", "DATABASE_"))}
        return {**kept, **variables}

    def start(self, *arguments, variables=None, **options):
        return subprocess.Popen([GARBOARD, *arguments], env=self.environment(variables or {}),
                                cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})

    def garboard(self, *arguments, code=0, variables=None):
        process = self.start(*arguments, variables=variables)
        out, err = process.communicate(timeout=60)
        self.assertNotIn(CANARY, out + err)
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def error(self, *arguments, code, variables=None):
        """The structured error, the same on standard error and in the termination message."""
        log = self.write("termination-log", "")
        _, err = self.garboard(*arguments, "--log-format", "json", "--termination-log", log,
                               code=code, variables=variables)
        line = json.loads(err.splitlines()[-1])
        self.assertEqual(line.pop("level"), "error")
        line.pop("time")
        with open(log, encoding="utf-8") as file:
            message = file.read()
        self.assertNotIn(CANARY, message)
        self.assertLessEqual(len(message.encode()), 3584)
        self.assertEqual(json.loads(message), line)
        self.assertEqual(line["code"], code)
        self.assertLessEqual(set(line), set(schema("error.schema.json")["properties"]))
        return line

    def test_explains_every_command(self):
        self.assertIn("migrate", self.garboard("--help")[0])
        self.assertEqual(self.garboard("help")[0], self.garboard("--help")[0])
        self.assertIn("half-applied", self.garboard("help", "exit-codes")[0])
        for command in COMMANDS[:-1]:
            out, err = self.garboard(command, "--help")
            self.assertIn("Usage: garboard " + command, out)
            self.assertEqual(err, "")
            self.assertEqual(self.garboard("help", command)[0], out)

    def test_prints_its_version(self):
        self.assertEqual(self.garboard("version")[0], self.garboard("--version")[0])
        self.assertEqual(json.loads(self.garboard("version", "-o", "json")[0])["exitCode"], 0)

    def test_wrong_usage_is_2(self):
        for arguments in ([], ["nonsense"], ["migrate", "--nonsense"], ["status", "--dry-run"],
                          ["migrate", "--lock-wait", "soon"], ["migrate"], ["help", "nonsense"],
                          ["migrate", "--url", "sqlite:x.db"], ["split", self.plan]):
            self.assertTrue(self.error(*arguments, code=2)["hint"], arguments)
        self.assertEqual(self.error("migrate", "--if-ahed", "ok", code=2)["hint"],
                         "did you mean --if-ahead?")

    def test_bad_input_is_20_with_all_places(self):
        plan = self.write("bad.yaml", "version: 1\nmigrations:\n  - {nam: x}\n  - {up: 7}\n")
        error = self.error("validate", "--plan", plan, code=20)
        self.assertIn("others", error)
        _, err = self.garboard("validate", "--plan", plan, "--log-format", "text", code=20)
        places = [line for line in err.splitlines() if line.startswith(plan + ":")]
        self.assertEqual(len(places), 1 + len(error["others"]), err)
        self.write("garboard.yaml", "tabel: x\n")
        error = self.error("validate", "--plan", self.plan, code=20)
        self.assertEqual(error["where"], {"file": "garboard.yaml", "line": 1, "column": 1})

    def test_a_bad_plan_is_found_before_connecting(self):
        plan = self.write("bad.yaml", "version: 1\nmigrations: 7\n")
        self.error("migrate", "--plan", plan, "--url", "sqlite:x.db", code=20)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x.db")))

    def test_a_missing_driver_is_23_and_says_where_it_was_looked_for(self):
        error = self.error("migrate", "--plan", self.plan, "--url", "nonesuch://h/d",
                           "--plugin-dir", self.folder, code=23)
        self.assertIn(os.path.join(self.folder, "garboard-driver-nonesuch.so"), error["message"])
        self.assertIn("--plugin-dir", error["hint"])

    def test_the_document_on_standard_output_carries_the_error(self):
        out, _ = self.garboard("migrate", "--plan", self.plan, "--url", "nonesuch://h/d",
                               "--output", "json", code=23)
        document = json.loads(out)
        self.assertEqual((document["exitCode"], document["error"]["code"]), (23, 23))

    def test_settings_come_from_flag_environment_and_file(self):
        self.write("garboard.yaml", "url: sqlite:file.db\nplan: plan.yaml\n")
        for variables, flags, name in (({}, [], "file.db"),
                                       ({"GARBOARD_URL": "sqlite:variable.db"}, [], "variable.db"),
                                       ({"GARBOARD_URL": "sqlite:variable.db"},
                                        ["--url", "sqlite:flag.db"], "flag.db")):
            self.garboard("migrate", *flags, variables=variables)
            self.assertTrue(os.path.exists(os.path.join(self.folder, name)))
            os.unlink(os.path.join(self.folder, name))

    def test_applies_once_and_reports_as_documented(self):
        self.write("x.db", "")
        arguments = ["--plan", self.plan, "--url", "sqlite:x.db", "--output", "json"]
        self.assertEqual(json.loads(self.garboard("status", "--exit-code", *arguments, code=3)[0])
                         ["summary"]["pending"], 1)
        dry = json.loads(self.garboard("migrate", "--dry-run", *arguments)[0])
        self.assertEqual(dry["migrations"][0]["state"], "pending")
        first = json.loads(self.garboard("migrate", *arguments)[0])
        self.assertEqual(first["migrations"][0]["outcome"], "applied")
        second = json.loads(self.garboard("migrate", *arguments)[0])
        self.assertEqual((second["migrations"], second["summary"]["alreadyApplied"]), ([], 1))
        status = json.loads(self.garboard("status", "--exit-code", *arguments)[0])
        self.assertTrue(status["migrations"][0]["appliedAt"])
        rendered = json.loads(self.garboard("render", *arguments)[0])
        self.assertIn("CREATE TABLE one", rendered["migrations"][0]["statements"][0]["sql"])
        waited = json.loads(self.garboard("wait", "--applied", "all", *arguments)[0])
        valid = json.loads(self.garboard("validate", "--database", "sqlite", "--plan", self.plan,
                                         "--output", "json")[0])
        self.assertTrue(valid["valid"])
        known = schema("report.schema.json")
        for document in (dry, first, second, status, rendered, waited, valid):
            self.assertLessEqual(set(document), set(known["properties"]))
            migrations = document.get("migrations", [])
            for migration in migrations if isinstance(migrations, list) else []:
                self.assertLessEqual(set(migration),
                                     set(known["definitions"]["migration"]["properties"]))

    def test_each_migration_is_logged_with_name_and_time(self):
        _, err = self.garboard("migrate", "--plan", self.plan, "--url", "sqlite:x.db")
        line = next(line for line in map(json.loads, err.splitlines())
                    if line.get("event") == "migrationApplied")
        self.assertEqual(line["name"], "one")
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_no_password_is_ever_shown(self):
        url = f"nonesuch://bob:{CANARY}@h/d"
        self.error("migrate", "--plan", self.plan, "--url", url, code=2)
        self.error("migrate", "--plan", self.plan, url, code=2)
        self.error("migrate", "--plan", self.plan, "--ulr=" + url, code=2)
        self.error("migrate", "--plan", self.plan, code=23, variables={"DATABASE_URL": url})
        self.error("migrate", "--plan", self.plan, code=20, variables={"DATABASE_URL": CANARY})
        self.error("migrate", "--plan", self.plan, code=23,
                   variables={"DB_TYPE": "nonesuch", "DB_HOST": "h", "DB_PASSWORD": CANARY})
        self.error("migrate", "--plan", self.plan, code=20,
                   variables={"DB_TYPE": "sqlite", "DB_NAME": "x.db", "DB_PASSWORD": CANARY})
        plan = self.write("canary.yaml", "version: 1\nmigrations:\n  - {name: x, up: [{sql: "
                          f"\"CREATE USER x IDENTIFIED BY '{CANARY}';\"}}]}}\n")
        error = self.error("migrate", "--plan", plan, "--url", "sqlite:x.db", code=30)
        self.assertEqual(error["statement"]["text"], "CREATE USER x IDENTIFIED BY '***'")

    def test_splits_what_comes_before_an_error_and_places_it(self):
        path = self.write("x.sql", "SELECT 1;\nSELECT 'é', 'open")
        out, err = self.garboard("split", path, "--dialect", "sqlite", "--output", "json", code=20)
        self.assertEqual(json.loads(out)["text"], "SELECT 1")
        self.assertEqual(json.loads(err)["where"], {"file": path, "line": 2, "column": 13})

    def test_a_report_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = self.start("version", stdout=full)
            self.assertIn("report-not-written", process.communicate(timeout=60)[1])
            self.assertEqual(process.returncode, 1)
        reader, writer = os.pipe()
        os.close(reader)
        process = self.start("help", stdout=writer)
        os.close(writer)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)

    def test_wait_expires_with_10(self):
        started = time.monotonic()
        error = self.error("wait", "--url", "sqlite:x.db", "--applied", "never", "--timeout", "1s",
                           "--interval", "200ms", code=10)
        self.assertEqual(error["reason"], "wait-expired")
        self.assertLess(time.monotonic() - started, 10)

    def test_a_signal_while_waiting_is_13_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("wait", "--url", "sqlite:x.db", "--applied", "never")
            process.stderr.readline()
            started = time.monotonic()
            process.send_signal(number)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 13)
            self.assertLess(time.monotonic() - started, 5)

    def test_a_signal_while_connecting_is_13_at_once(self):
        plugins = self.garboard("plugins", "list")[0]
        if "postgres" not in plugins:
            self.skipTest("the postgres driver is not built")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgres://u@127.0.0.1:{silent.getsockname()[1]}/d"
            process = self.start("migrate", "--plan", self.plan, "--url", url, "--output", "json")
            peer, _ = silent.accept()
            self.addCleanup(peer.close)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 13)
            self.assertEqual(json.loads(out)["error"]["code"], 13)
            self.assertLess(time.monotonic() - started, 5)

    def test_lists_and_inspects_drivers(self):
        listed = json.loads(self.garboard("plugins", "list", "--output", "json")[0])["plugins"]
        self.assertIn("sqlite", [plugin.get("name") for plugin in listed])
        inspected = json.loads(self.garboard("plugins", "inspect", "sqlite", "-o", "json")[0])
        self.assertEqual(inspected["describe"]["name"], "sqlite")
        self.error("plugins", "inspect", "nonesuch", code=23)
        beside = os.path.relpath(os.path.join(os.path.dirname(GARBOARD), "../lib/garboard/plugins"))
        out, err = self.garboard("plugins", "list", "--plugin-dir", beside)[:2]
        self.assertIn("sqlite", out)
        self.assertNotIn("ignored", err)

    def test_completions_are_scripts_that_their_shells_read(self):
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            script = self.write("completion", self.garboard("completion", shell)[0])
            if shutil.which(check[0]):
                subprocess.run([*check, script], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
