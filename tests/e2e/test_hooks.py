# SPDX-License-Identifier: Apache-2.0
"""Hooks are asked before a run and told what it does. Whatever a hook does, a denied migration is
not applied, and one that only watches changes nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree

import jsonschema

from case import GARBOARD, PROJECT, REPORT, TEST_HOOKS, GarboardTest, table
import databases


with open(os.path.join(PROJECT, "schema", "event.schema.json"), encoding="utf-8") as file:
    EVENT = json.load(file)
with open(os.path.join(PROJECT, "schema", "hooks.schema.json"), encoding="utf-8") as file:
    HOOKS = json.load(file)


class HooksTest(GarboardTest):

    def hooks(self, *entries):
        path = os.path.join(self.folder.name, "hooks.json")
        document = {"version": 1, "hooks": [{"name": "moody", **entry} for entry in entries]}
        jsonschema.validate(document, HOOKS)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        return ["--hooks", path, "--plugin-dir", TEST_HOOKS]

    def events(self, config=None):
        """A hooks entry that writes down every event, and the function that reads them."""
        path = os.path.join(self.folder.name, "events.jsonl")

        def read():
            with open(path, encoding="utf-8") as file:
                events = [json.loads(line) for line in file]
            for event in events:
                jsonschema.validate(event, EVENT)
            return events
        return {"config": {"mood": "allow", "file": path, **(config or {})}}, read

    def applied(self, database):
        return self.ids(database)


class Told(HooksTest):

    def test_every_step_of_a_run_in_order(self):
        for database in self.each():
            entry, read = self.events()
            entry["events"] = [name.removeprefix("garboard.") for name in EVENT["properties"]["type"]["enum"]]
            plan = self.plan([table("a"), {"id": "b", "up": [{"sql": "CREATE TABLE t_b (x INT); INSERT INTO t_b VALUES (1)"}]}])
            self.migrate(database, plan, *self.hooks(entry))
            kinds = [(e["type"].removeprefix("garboard."), e.get("subject", "")) for e in read()]
            self.assertEqual(kinds[0], ("plan.ready", ""))
            self.assertEqual(kinds[1], ("before_run", ""))
            self.assertEqual(kinds[-1], ("run.succeeded", ""))
            middle = [k for k in kinds if k[0] in ("before_migration", "after_migration")]
            self.assertEqual(middle, [("before_migration", "a"), ("after_migration", "a"),
                                      ("before_migration", "b"), ("after_migration", "b")])
            self.assertEqual(kinds.count(("before_statement", "b")), 2)
            self.assertEqual(kinds.count(("after_statement", "b")), 2)
            self.assertLess(kinds.index(("before_statement", "a")), kinds.index(("after_statement", "a")))
            summary = read()[-1]["data"]["summary"]
            self.assertEqual((summary["applied"], summary["pending"]), (2, 0))
            self.assertEqual(len({e["id"] for e in read()}), len(kinds))
            os.remove(entry["config"]["file"])

    def test_of_what_each_statement_did_only_where_events_names_it(self):
        for database in self.each((databases.Sqlite,)):
            entry, read = self.events()
            self.migrate(database, self.plan([table("a")]), *self.hooks(entry))
            kinds = {e["type"].removeprefix("garboard.") for e in read()}
            self.assertIn("before_statement", kinds)
            self.assertNotIn("after_statement", kinds)

    def test_no_data_and_no_secret(self):
        for database in self.each():
            entry, read = self.events()
            plan = self.plan([{"id": "a", "up": [{"sql":
                "CREATE TABLE t_a (name VARCHAR(20) DEFAULT 'canary-default');\n"
                "-- canary-comment\n"
                "INSERT INTO t_a VALUES ('canary-literal'), ('7654321');\n"
                "UPDATE t_a SET name = 'it''s canary' WHERE 7654321 = 7654321;"}]}])
            self.migrate(database, plan, *self.hooks(entry))
            text = json.dumps(read())
            self.assertNotIn("canary", text)
            self.assertNotIn("7654321", text)
            started = next(e for e in read() if e["type"] == "garboard.before_run")
            statements = started["data"]["migrations"][0]["statements"]
            self.assertEqual(statements[0]["sql"], "CREATE TABLE t_a (name VARCHAR(20) DEFAULT '')")
            self.assertEqual(statements[2]["sql"], "UPDATE t_a SET name = '' WHERE 0 = 0")
            os.remove(entry["config"]["file"])

    def test_a_failure_without_the_servers_words_about_data(self):
        for database in self.each([databases.Postgres, databases.Mariadb]):
            entry, read = self.events()
            plan = self.plan([{"id": "a", "up": [{"sql":
                "CREATE TABLE t_a (x VARCHAR(20) PRIMARY KEY); INSERT INTO t_a VALUES ('canary'), ('canary')"}]}])
            self.start(database, "migrate", "--plan", plan, *self.hooks(entry)).communicate(timeout=60)
            kinds = {e["type"]: e for e in read()}
            error = kinds["garboard.migration.failed"]["data"]["error"]
            self.assertNotIn("message", error)
            self.assertEqual(error["sqlstate"][:2], "23")
            self.assertEqual(kinds["garboard.run.failed"]["data"]["summary"]["applied"], 0)
            self.assertNotIn("canary", json.dumps(list(kinds.values())))
            os.remove(entry["config"]["file"])

    def test_the_end_of_a_run_with_nothing_to_do_and_of_one_that_cannot_connect(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        plan = self.plan([table("a")])
        self.migrate(database, plan)
        entry, read = self.events()
        self.migrate(database, plan, *self.hooks(entry))
        self.assertEqual([e["type"] for e in read()], ["garboard.plan.ready", "garboard.run.succeeded"])
        os.remove(entry["config"]["file"])
        database.url = "sqlite:" + self.folder.name + "/no/such/folder.db"
        self.migrate(database, plan, *self.hooks(entry), code=10)
        self.assertEqual([e["type"] for e in read()], ["garboard.run.failed"])

    def test_rollback_and_redo(self):
        for database in self.each([databases.Sqlite, databases.Postgres]):
            entry, read = self.events()
            plan = self.plan([table("a")])
            self.migrate(database, plan)
            self.garboard(database, "redo", "--plan", plan, *self.hooks(entry))
            directions = [e["data"]["migration"]["direction"] for e in read()
                          if e["type"] == "garboard.before_migration"]
            self.assertEqual(directions, ["down", "up"])
            os.remove(entry["config"]["file"])
            self.garboard(database, "rollback", "--plan", plan, *self.hooks(entry))
            asked = next(e for e in read() if e["type"] == "garboard.before_run")
            self.assertEqual(asked["data"]["migrations"][0]["direction"], "down")
            self.assertEqual(asked["data"]["migrations"][0]["statements"][0]["sql"], "DROP TABLE t_a")
            os.remove(entry["config"]["file"])

    def test_directives_stand_with_their_statement(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        entry, read = self.events()
        sql = os.path.join(self.folder.name, "a.sql")
        with open(sql, "w", encoding="utf-8") as file:
            file.write("CREATE TABLE t_a (x INT);\n\n-- policy:ignore X1 reason=\"small\"\n"
                       "CREATE INDEX i ON t_a (x);\nCREATE TABLE t_b (\n  -- policy:note in it\n  x INT);\n")
        plan = self.plan([{"id": "a", "up": [{"file": "a.sql"}]}])
        self.migrate(database, plan, *self.hooks(entry))
        asked = next(e for e in read() if e["type"] == "garboard.before_run")
        said = [[d["text"] for d in s.get("directives", [])] for s in asked["data"]["migrations"][0]["statements"]]
        self.assertEqual(said, [[], ['policy:ignore X1 reason="small"'], ["policy:note in it"]])
        lines = [s["line"] for s in asked["data"]["migrations"][0]["statements"]]
        self.assertEqual(lines, [1, 4, 5])
        self.assertEqual(asked["data"]["migrations"][0]["statements"][1]["directives"][0]["line"], 3)


class Asked(HooksTest):

    def test_a_denied_run_applies_nothing(self):
        for database in self.each():
            plan = self.plan([table("a")])
            out, err = self.migrate(database, plan, "--output", "json",
                                    *self.hooks({"config": {"mood": "deny", "on": "before_run"}}), code=35)
            self.assertIn("not today", err)
            report = json.loads(out)
            self.assertEqual(report["findings"][0]["rule"], "MOOD1")
            self.assertEqual(report["error"]["reason"], "policy-refused")
            self.migrate(database, plan)  # nothing was left behind that would hinder this
            self.assertEqual(self.applied(database), ["a"])

    def test_a_warning_lets_it_through(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        _, err = self.migrate(database, self.plan([table("a")]),
                              *self.hooks({"config": {"mood": "warn", "on": "before_run"}}))
        self.assertIn("not today", err)

    def test_a_denied_migration_and_a_denied_statement_leave_what_came_before(self):
        for database in self.each([databases.Sqlite, databases.Postgres]):
            for gate in ("before_migration", "before_statement"):
                plan = self.plan([table("a"), table("b")])
                config = {"mood": "deny", "on": gate}
                self.migrate(database, plan, *self.hooks({"config": config}), code=35)
                self.assertEqual(self.applied(database) if self.has_history(database) else [], [])

    def has_history(self, database):
        out, _ = self.garboard(database, "history", "--output", "json")
        return json.loads(out).get("entries", []) != []

    def test_what_fails_denies(self):
        plan = self.plan([table("a")])
        for mood in ("crash", "exit", "hang", "throw", "throw-int", "nonsense", "garble", "unknown-verdict"):
            with self.subTest(mood=mood):
                database = databases.Sqlite()
                self.addCleanup(database.drop)
                entry = {"config": {"mood": mood, "on": "before_run"}, "timeout": "2s"}
                self.migrate(database, plan, *self.hooks(entry), code=35)
                self.assertFalse(os.path.exists(database.path) and database.query(
                    "SELECT name FROM sqlite_master WHERE name = 't_a'"))

    def test_on_error_ignore_lets_through_what_fails_but_not_what_denies(self):
        plan = self.plan([table("a")])
        for mood, code in (("crash", 0), ("hang", 0), ("throw", 0), ("nonsense", 0), ("deny", 35)):
            with self.subTest(mood=mood):
                database = databases.Sqlite()
                self.addCleanup(database.drop)
                entry = {"config": {"mood": mood, "on": "before_run"}, "timeout": "2s", "on_error": "ignore"}
                self.migrate(database, plan, *self.hooks(entry), code=code)

    def test_asks_the_database_and_changes_nothing(self):
        for database in self.each():
            self.migrate(database, self.plan([table("a")]))
            plan = self.plan([table("a"), table("b")])
            for sql, expected in (("SELECT count(*) FROM t_a", '[["0"]]'),
                                  ("DROP TABLE t_a", "do nothing else"),
                                  ("SELECT * FROM no_such_table", "refused")):
                config = {"mood": "query", "on": "before_run", "sql": sql}
                _, err = self.migrate(database, plan, "--dry-run", *self.hooks({"config": config}))
                self.assertIn(expected, err.replace('\\"', '"'))
            self.migrate(database, plan)
            self.assertEqual(self.applied(database), ["a", "b"])


class Watching(HooksTest):

    def test_what_fails_changes_nothing(self):
        plan = self.plan([table("a"), table("b")])
        for mood in ("crash", "exit", "hang", "throw", "throw-int", "nonsense", "garble", "deny"):
            with self.subTest(mood=mood):
                database = databases.Sqlite()
                self.addCleanup(database.drop)
                entry = {"config": {"mood": mood}, "timeout": "1s", "events": ["after_migration", "run.succeeded"]}
                self.migrate(database, plan, *self.hooks(entry))
                self.assertEqual(self.applied(database), ["a", "b"])

    def test_a_required_one_fails_the_run_after_it(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        entry = {"config": {"mood": "throw"}, "events": ["after_migration"], "required": True}
        self.migrate(database, self.plan([table("a")]), *self.hooks(entry), code=23)
        self.assertEqual(self.applied(database), ["a"])

    def test_a_hanging_one_holds_no_lock(self):
        for database in self.each([databases.Postgres, databases.Mariadb]):
            entry = {"config": {"mood": "hang"}, "events": ["after_migration"], "timeout": "8s"}
            plan = self.plan([table("a"), table("b")])
            slow = self.start(database, "migrate", "--plan", plan, *self.hooks(entry))
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self.has_both(database):
                time.sleep(0.2)
            self.assertTrue(self.has_both(database))
            slow.communicate(timeout=60)
            self.assertEqual(slow.returncode, 0)

    def has_both(self, database):
        try:
            return self.applied(database) == ["a", "b"]
        except Exception:  # noqa: BLE001  the table is not there yet
            return False

    def test_prints_nothing_onto_standard_output(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        process = self.start(database, "migrate", "--plan", self.plan([table("a")]), "--output", "json",
                             *self.hooks({"config": {"mood": "print"}}))
        out, err = process.communicate(timeout=60)
        json.loads(out)
        self.assertIn("canary-printed", err)

    def test_sees_no_password(self):
        for database in self.each([databases.Postgres]):
            _, err = self.migrate(database, self.plan([table("a")]),
                                  *self.hooks({"config": {"mood": "environment", "on": "plan.ready"}, "env": ["ONLY"]}))
            self.assertIn("PATH=", err)
            self.assertNotIn("DATABASE_URL", err)

    @staticmethod
    def was_told(entry, event):
        try:
            with open(entry["config"]["file"], encoding="utf-8") as file:
                return event in file.read()
        except FileNotFoundError:
            return False

    def test_sigterm_is_told_as_cancelled(self):
        for database in self.each([databases.Postgres]):
            entry, read = self.events()
            plan = self.plan([{"id": "a", "up": [{"sql": "SELECT pg_sleep(60)"}]}])
            process = self.start(database, "migrate", "--plan", plan, *self.hooks(entry))
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self.was_told(entry, "before_statement"):
                time.sleep(0.1)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 13)
            self.assertEqual(read()[-1]["type"], "garboard.run.cancelled")


class Meanwhile(HooksTest):
    """Hooks and the run get ready, and come to their end, beside each other."""

    def test_one_that_is_told_in_any_case_is_started_while_the_database_is_waited_for(self):
        made = os.path.join(self.folder.name, "made")
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"postgres://nobody@127.0.0.1:{server.getsockname()[1]}/none?sslmode=disable"
            process = subprocess.Popen(
                [GARBOARD, "migrate", "--plan", self.plan([table("a")]), "--connect-timeout", "60s",
                 *self.hooks({"name": "moody-noted", "config": {"mood": "allow", "made": made}})],
                env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            with server.accept()[0]:  # and does not say a word
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline and not os.path.exists(made):
                    time.sleep(0.02)
                self.assertTrue(os.path.exists(made))

    def test_one_that_may_have_nothing_to_be_told_is_not_started(self):
        made = os.path.join(self.folder.name, "made")
        entry = {"name": "moody-noted", "config": {"mood": "allow", "made": made}, "events": ["before_run", "run.failed"]}
        for database in self.each((databases.Sqlite,)):
            plan = self.plan([table("a")])
            self.migrate(database, plan)
            self.migrate(database, plan, *self.hooks(entry))
            self.assertFalse(os.path.exists(made))

    def test_without_idle_runs_one_is_told_of_those_that_fail_or_do_something(self):
        entry, read = self.events()
        entry.update(name="moody-noted", idle_runs=False)
        hooks = self.hooks(entry)
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        one, two = self.plan([table("a")], "one.json"), self.plan([table("a"), table("b")], "two.json")
        self.migrate(database, one)
        self.migrate(database, one, *hooks)
        self.assertFalse(os.path.exists(entry["config"]["file"]))
        self.migrate(database, two, *hooks)
        self.assertEqual([e["type"] for e in read()][-1], "garboard.run.succeeded")
        os.remove(entry["config"]["file"])
        database.url = "sqlite:" + self.folder.name + "/no/such/folder.db"
        self.migrate(database, two, *hooks, code=10)
        self.assertEqual([e["type"] for e in read()], ["garboard.run.failed"])

    def test_a_config_that_is_refused_is_known_before_anything_is_begun(self):
        bad = {"name": "moody-noted", "config": {"mood": "refuse"}, "events": ["run.failed"]}
        for database in self.each((databases.Sqlite,)):
            one, two = self.plan([table("a")], "one.json"), self.plan([table("a"), table("b")], "two.json")
            _, err = self.migrate(database, one, *self.hooks({**bad, "required": True}), code=23)
            self.assertIn("mood: is none; the hooks file says that it is required", err)
            self.assertEqual(self.tables(database), [])
            self.migrate(database, one)
            _, err = self.migrate(database, two, *self.hooks(bad))  # would else watch in vain
            self.assertIn("mood: is none; it is told nothing more", err)
            self.assertLess(err.index("mood: is none"), err.index("migrationApplied"), err)

    def test_they_end_beside_each_other(self):
        one, other = (os.path.join(self.folder.name, name) for name in ("one", "other"))
        entries = [{"config": {"mood": "allow", "meets": meets}, "required": True} for meets in ((one, other), (other, one))]
        for database in self.each((databases.Sqlite,)):
            self.migrate(database, self.plan([table("a")]), *self.hooks(*entries))


class Lint(HooksTest):

    def lint(self, *arguments, mood="deny", code=35):
        plan = self.plan([table("a"), table("b")])
        done = subprocess.run([GARBOARD, "lint", "--plan", plan, "--database", "sqlite", *arguments,
                               *self.hooks({"config": {"mood": mood, "on": "before_run"}})],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_says_the_same_in_every_form(self):
        self.assertIn("a: error: MOOD1 not today\n2 migration(s), 1 finding(s)", self.lint())
        jsonschema.validate(json.loads(self.lint("--output", "json", mood="warn", code=0)), REPORT)
        report = json.loads(self.lint("--output", "json"))
        self.assertEqual((report["findings"][0]["rule"], report["exitCode"]), ("MOOD1", 35))
        sarif = json.loads(self.lint("--findings", "sarif"))
        self.assertEqual(sarif["runs"][0]["results"][0]["ruleId"], "MOOD1")
        self.assertEqual(self.lint("--findings", "github"), "::error title=MOOD1::not today\n")
        suite = xml.etree.ElementTree.fromstring(self.lint("--findings", "junit"))
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        self.assertEqual(self.lint(mood="allow", code=0), "2 migration(s), 0 finding(s)\n")

    def test_looks_only_at_what_comes_after(self):
        self.assertIn("1 migration(s)", self.lint("--after", "a"))
        self.lint("--after", "nobody", code=2)


class Mistakes(HooksTest):

    def refused(self, document, code=20, name="hooks.yaml"):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(document)
        _, err = self.migrate(database, self.plan([table("a")]), "--hooks", path, "--plugin-dir", TEST_HOOKS,
                              "--log-format", "text", code=code)
        self.assertFalse(os.path.exists(database.path))
        return err

    def test_are_said_with_their_place(self):
        said = self.refused("version: 1\nhooks: [{name: moody, events: [before_Run]}]")
        self.assertIn("there is no event 'before_Run'", said)
        self.assertIn("hooks.yaml:2:32", said)
        self.assertIn("did you mean", self.refused("version: 1\nhooks: [{name: moody, onerror: deny}]"))
        self.assertIn("expected deny or ignore", self.refused("version: 1\nhooks: [{name: moody, on_error: x}]"))
        self.assertIn("there is no hook mody", self.refused("version: 1\nhooks: [{name: mody}]", code=23))
        self.assertIn("cannot be the name", self.refused("version: 1\nhooks: [{name: ../x}]"))

    def test_a_settings_file_that_was_only_found_names_no_hooks(self):
        database = databases.Sqlite()
        self.addCleanup(database.drop)
        with open(os.path.join(self.folder.name, "garboard.yaml"), "w", encoding="utf-8") as file:
            file.write("hooks: hooks.json\n")
        done = subprocess.run([os.path.abspath(GARBOARD), "migrate", "--plan", self.plan([table("a")])],
                              cwd=self.folder.name, env={**os.environ, "DATABASE_URL": database.url},
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 20)
        self.assertIn("hooks", done.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
