# SPDX-License-Identifier: Apache-2.0
"""--retry-for: a whole run is tried again for reasons that pass, and for no others."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(1, os.path.join(sys.path[0], "..", "support"))
import case  # noqa: E402
import databases  # noqa: E402
from relay import Relay  # noqa: E402

SLEEP = {"postgres": "SELECT pg_sleep(3);", "mysql": "DO SLEEP(3);"}


class RetryTest(case.GarboardTest):
    def late_server(self, database):
        """The way to the database from now on: refuses connections until it is opened."""
        parts = urllib.parse.urlsplit(database.url)
        late = Relay((parts.hostname, parts.port))
        self.addCleanup(late.close)
        login = parts.netloc.rsplit("@", 1)[0]
        database.url = parts._replace(netloc=f"{login}@127.0.0.1:{late.port}").geturl()
        return late

    def lines_until(self, process, event):
        """Log lines up to the first of that event, as objects."""
        seen = []
        for line in process.stderr:
            seen.append(json.loads(line))
            if seen[-1].get("event") == event:
                return seen
        self.fail(f"no {event} in {seen}")

    def retries(self, err):
        return [line for line in map(json.loads, err.splitlines()) if line.get("event") == "runRetry"]

    def test_goes_on_when_the_server_comes_up(self):
        plan = self.plan([case.table("a")])
        for database in self.each((databases.Postgres, databases.Mariadb)):
            late = self.late_server(database)
            process = self.start(database, "migrate", "--plan", plan, "--retry-for", "2m",
                                 "--retry-initial", "100ms", "--retry-max", "1s")
            self.assertEqual(self.lines_until(process, "runRetry")[-1]["exitCode"], 10)
            late.open()
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, out + err)
            self.assertEqual(self.ids(database), ["a"])

    def test_waits_for_the_run_that_holds_the_lock(self):
        for database in self.each((databases.Postgres, databases.Mariadb)):
            plan = self.plan([{"id": "slow", "up": [{"sql": SLEEP[database.kind]}]}])
            first = self.start(database, "migrate", "--plan", plan, "--log-level", "debug")
            self.lines_until(first, "migrationStarted")
            out, err = self.migrate(database, plan, "--lock-wait", "50ms", "--retry-for", "2m",
                                    "--retry-initial", "300ms")
            codes = {line["exitCode"] for line in self.retries(err)}
            self.assertEqual(codes, {11}, err)
            first.communicate(timeout=60)
            self.assertEqual(first.returncode, 0)
            self.assertEqual(self.ids(database), ["slow"])

    def test_gives_up_at_once_what_does_not_pass(self):
        plan = self.plan([{"id": "broken", "up": [{"sql": "CREATE TABEL t (x INT);"}]}])
        for database in self.each():
            _, err = self.migrate(database, plan, "--retry-for", "2m", code=30)
            self.assertEqual(self.retries(err), [])

    def test_ends_with_the_last_error_when_the_time_is_over(self):
        plan = self.plan([case.table("a")])
        for database in self.each((databases.Postgres,)):
            self.late_server(database)
            out, err = self.garboard(database, "migrate", "--plan", plan, "--retry-for", "6s",
                                     "--retry-initial", "100ms", "--retry-factor", "1",
                                     "--output", "json", code=10)
            self.assertGreaterEqual(len(self.retries(err)), 1)
            self.assertEqual(json.loads(out)["error"]["code"], 10)

    def wait_for_sleeper(self, database):
        """What the server calls the session in which the down sleeps."""
        sleepers = {"postgres": "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' "
                                "AND datname = current_database() AND pid <> pg_backend_pid()",
                    "mysql": "SELECT id FROM information_schema.processlist WHERE info LIKE "
                             "'DO SLEEP(120)%' AND db = DATABASE()"}
        for _ in range(600):
            if rows := database.query(sleepers[database.kind]):
                return rows[0][0]
            time.sleep(0.05)
        self.fail("the statement never ran")

    def hold(self, database, table):
        """A client that reads a table in a transaction, so that nobody drops it."""
        client = database.open_client(self)
        client.stdin.write(f"BEGIN; SELECT * FROM {table}; SELECT 'held';\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), "held\n")
        return client

    def test_a_rollback_that_counts_is_not_repeated_once_something_is_undone(self):
        plan = self.plan([case.table(name) for name in "abc"])
        impatient = ("--lock-timeout", "200ms", "--lock-retries", "0", "--retry-for", "2m",
                     "--retry-initial", "100ms")
        for database in self.each((databases.Postgres, databases.Mariadb)):
            for command in ("rollback", "redo"):
                self.migrate(database, plan)
                client = self.hold(database, "t_b")
                out, err = self.garboard(database, command, "--plan", plan, "--steps", "2", *impatient,
                                         "--output", "json", code=31)
                self.assertEqual(self.retries(err), [])
                error = json.loads(out)["error"]
                self.assertEqual(error["reason"], "rollback-incomplete")
                self.assertIn("1 of 2 undone", error["message"])
                self.assertEqual(self.ids(database), ["a", "b"])
                client.kill()

    def test_a_rollback_that_counts_is_not_repeated_when_its_end_was_not_seen(self):
        kills = {"postgres": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}
        plan = {kind: self.plan([{"id": "a", "up": [{"sql": "CREATE TABLE t_a (x INT);"}],
                                  "down": [{"sql": "DROP TABLE t_a; " + sleep}]}], f"{kind}.json")
                for kind, sleep in (("postgres", "SELECT pg_sleep(120);"), ("mysql", "DO SLEEP(120);"))}
        for database in self.each((databases.Postgres, databases.Mariadb)):
            relay = self.late_server(database)
            relay.open()
            self.migrate(database, plan[database.kind])
            process = self.start(database, "rollback", "--plan", plan[database.kind], "--retry-for", "1h",
                                 "--output", "json")
            session = self.wait_for_sleeper(database)
            relay.close()
            database.query(kills[database.kind].format(session))
            self.lines_until(process, "reconnecting")
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 31, out + err)
            error = json.loads(out)["error"]
            self.assertEqual(error["reason"], "rollback-incomplete")
            self.assertIn("0 of 1 undone, perhaps one more", error["message"])

    def test_a_rollback_that_names_what_stays_is_repeated(self):
        plan = self.plan([case.table(name) for name in "abc"])
        for database in self.each((databases.Postgres, databases.Mariadb)):
            self.migrate(database, plan)
            client = self.hold(database, "t_b")
            process = self.start(database, "rollback", "--plan", plan, "--to", "a", "--lock-timeout",
                                 "200ms", "--lock-retries", "0", "--retry-for", "2m",
                                 "--retry-initial", "100ms", "--retry-max", "1s")
            self.assertEqual(self.lines_until(process, "runRetry")[-1]["exitCode"], 12)
            client.kill()
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, out + err)
            self.assertEqual(self.ids(database), ["a"])

    def test_refuses_more_chance_than_there_is_pause(self):
        for database in self.each((databases.Sqlite,)):
            _, err = self.migrate(database, self.plan([case.table("a")]), "--retry-for", "1s",
                                  "--retry-jitter", "1.5", code=2)
            self.assertIn("--retry-jitter is above 1", err)

    def test_a_signal_ends_the_pause(self):
        plan = self.plan([case.table("a")])
        for database in self.each((databases.Postgres,)):
            self.late_server(database)
            process = self.start(database, "migrate", "--plan", plan, "--retry-for", "1h",
                                 "--retry-initial", "1h", "--retry-max", "59m",
                                 "--retry-jitter", "0")
            self.lines_until(process, "runRetry")
            time.sleep(0.2)  # into the pause
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 13, out + err)

    def test_other_commands_of_the_pod_do_not_take_it_up(self):
        for database in self.each((databases.Postgres,)):
            self.late_server(database)
            kept = {**case.environment(database), "GARBOARD_RETRY_FOR": "1h"}
            done = subprocess.run(
                [case.GARBOARD, "wait", "--timeout", "1s"], env=kept, text=True,
                capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 10, done.stderr)
            self.assertEqual(self.retries(done.stderr), [])


if __name__ == "__main__":
    unittest.main()
