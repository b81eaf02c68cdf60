# SPDX-License-Identifier: Apache-2.0
"""Somebody else is in the way: who it is, how long a run waits, and how often it tries again."""

import json
import time
import unittest
import uuid

import databases
from case import GarboardTest

SERVERS = (databases.Postgres, databases.Mariadb, databases.Mysql)
OWN_ID = {"postgres": "SELECT pg_backend_pid();", "mysql": "SELECT CONNECTION_ID();"}
SLEEP = {"postgres": "SELECT pg_sleep(60), 'canary';", "mysql": "SELECT SLEEP(60), 'canary';"}
HELD = {"id": "held", "up": [{"sql": "CREATE TABLE held (id INT PRIMARY KEY, note VARCHAR(99)); "
                                     "INSERT INTO held VALUES (1, 'a');"}]}
ALTER = {"id": "m", "up": [{"sql": "ALTER TABLE held ADD COLUMN y INT;"}]}
UPDATE = {"id": "m", "up": [{"sql": "UPDATE held SET note = 'b' WHERE id = 1;"}]}
ENDLESS = {"postgres": "SELECT pg_sleep(600);", "mysql": "INSERT INTO held SELECT 2, COUNT(*) FROM information_schema.COLUMNS a, "
                    "information_schema.COLUMNS b, information_schema.COLUMNS c, "
                    "information_schema.COLUMNS d;",
           "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
                     "INSERT INTO held SELECT n, '' FROM c WHERE n < 0;"}


class Holder:
    """A client that has changed a row in a transaction, and keeps it open."""

    def __init__(self, test, database, then=""):
        self.application = "shop" if database.kind == "postgres" else "mysql"
        self.process = database.open_client(test, PGAPPNAME=self.application)
        self.say("BEGIN;")
        self.say("UPDATE held SET note = 'canary' WHERE id = 1; -- canary")
        self.say(OWN_ID[database.kind])
        self.session = self.process.stdout.readline().strip()
        if database.kind == "postgres":  # so that the update is the last thing it ran
            self.say("UPDATE held SET note = 'canary' WHERE id = 1; /* canary */")
        if then:
            self.say(then)
            database.wait_for_statement(then)

    def say(self, sql):
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait()


def wait_for_statement(database, text):
    """Until some session of the server runs it."""
    part = text.split("(")[0]
    sql = (f"SELECT pid FROM pg_stat_activity WHERE datname = '{database.name}' AND state = 'active' "
           f"AND query LIKE '%{part}%' AND pid <> pg_backend_pid()"
           if database.kind == "postgres" else
           f"SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{database.name}' AND "
           f"INFO LIKE '%{part}%' AND ID <> CONNECTION_ID()")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if rows := database.query(sql):
            return rows[0][0]
        time.sleep(0.05)
    raise AssertionError(f"nobody runs {part}")


databases.Postgres.wait_for_statement = wait_for_statement
databases.Mariadb.wait_for_statement = wait_for_statement


def shown_user(database):
    """A name that is its own password is a secret."""
    server = database.server
    return "***" if server.username == server.password else server.username


class Blocked(GarboardTest):
    def prepared(self, database):
        self.migrate(database, self.plan([HELD], "held.json"))

    def blocked(self, database, migration, *arguments, code=12, plan=None):
        """The log of a run that fails: its events by name, and its error."""
        _, err = self.migrate(database, plan or self.plan([HELD, migration]), "--log-format", "json",
                              *arguments, code=code)
        lines = [json.loads(line) for line in err.splitlines()]
        self.assertNotIn("canary", err)
        return [line for line in lines if "event" in line], lines[-1]

    @staticmethod
    def of_kind(events, name):
        return [event for event in events if event["event"] == name]

    def check_blocker(self, database, holder, events, error):
        said = self.of_kind(events, "statementBlocked")
        self.assertTrue(said, events)
        blocker = said[0]["blockers"][0]
        self.assertEqual(said[0]["id"], "m")
        self.assertEqual(blocker["session"], holder.session)
        self.assertEqual(blocker["user"], shown_user(database))
        self.assertIn("session " + holder.session, said[0]["message"])
        self.assertIn("it waited for", error["hint"])
        self.assertIn("session " + holder.session, error["hint"])
        return blocker

    def test_names_who_blocks(self):
        for database in self.each(SERVERS):
            self.prepared(database)
            holder = Holder(self, database)
            events, error = self.blocked(database, UPDATE, "--lock-timeout", "2s",
                                         "--lock-retries", "1")
            blocker = self.check_blocker(database, holder, events, error)
            self.assertEqual(blocker["state"], "idle in transaction")
            self.assertNotIn("certain", blocker)
            self.assertEqual(len(self.of_kind(events, "retrying")), 1)
            self.assertIn("after 1 retry", error["message"])
            if type(database) is not databases.Mariadb:  # which does not keep what was run last
                self.assertEqual(blocker["application"], holder.application)
            if database.kind == "postgres":
                self.assertEqual(blocker["query"], "UPDATE held SET note = ? WHERE id = ?")
            holder.end()
            self.migrate(database, self.plan([HELD, UPDATE]))

    def test_names_who_holds_a_table(self):
        for database in self.each(SERVERS):
            self.prepared(database)
            holder = Holder(self, database, SLEEP[database.kind])
            events, error = self.blocked(database, ALTER, "--lock-timeout", "2s",
                                         "--lock-retries", "0")
            blocker = self.check_blocker(database, holder, events, error)
            self.assertEqual(blocker["state"], "active")
            self.assertEqual(blocker["query"].rstrip(";"),
                             SLEEP[database.kind].replace("60", "?").replace("'canary'", "?")
                             .rstrip(";"))
            # without a performance schema MariaDB does not say who holds what
            self.assertEqual(blocker.get("certain", True), type(database) is not databases.Mariadb)
            self.assertEqual(self.of_kind(events, "retrying"), [])
            self.assertNotIn("after ", error["message"])
            holder.end()

    def test_names_who_blocks_a_statement_with_a_short_timeout(self):
        for database in self.each((databases.Postgres,)):
            self.prepared(database)
            for transaction in ("auto", "never"):  # the latter had none before
                holder = Holder(self, database)
                plan = self.plan([HELD, {**UPDATE, "transaction": transaction}])
                events, error = self.blocked(database, None, "--lock-timeout", "600ms",
                                             "--lock-retries", "2", plan=plan)
                self.check_blocker(database, holder, events, error)
                self.assertEqual(error["sqlstate"], "55P03")
                self.assertEqual(len(self.of_kind(events, "retrying")), 2)
                holder.end()

    def test_a_statement_in_a_transaction_of_the_script_waits_no_longer(self):
        for database in self.each((databases.Postgres,)):
            self.prepared(database)
            holder = Holder(self, database)
            own = {"id": "m", "up": [{"sql": "BEGIN; UPDATE held SET note = 'b'; COMMIT; SELECT 1;"}]}
            _, error = self.blocked(database, own, "--lock-timeout", "600ms", "--lock-retries", "0")
            self.assertEqual(error["sqlstate"], "55P03")
            holder.end()
            self.migrate(database, self.plan([HELD, own]))
            self.assertEqual(database.scalar("SELECT note FROM held"), "b")

    def test_the_migration_beats_the_plan_and_the_plan_the_run(self):
        def plan(defaults, own):
            path = self.plan([])
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"version": 1, "defaults": {"lock_timeout": "1s", **defaults},
                           "migrations": [HELD, {**UPDATE, **own}]}, file)
            return path
        for database in self.each((databases.Postgres, databases.Mariadb)):
            self.prepared(database)
            holder = Holder(self, database)
            for defaults, own, retries in (({"lock_retries": 0}, {"lock_retries": 1}, 1),
                                           ({"lock_retries": 2}, {"lock_retries": 0}, 0),
                                           ({"lock_retries": 1}, {}, 1)):
                events, _ = self.blocked(database, None, "--lock-retries", "3",
                                         plan=plan(defaults, own))
                self.assertEqual(len(self.of_kind(events, "retrying")), retries)
            holder.end()

    def test_a_lock_timeout_of_one_migration_is_none_of_the_next(self):
        value = {"postgres": "current_setting('lock_timeout')", "mysql": "@@innodb_lock_wait_timeout"}
        for database in self.each(SERVERS):
            insert = f"INSERT INTO seen SELECT {value[database.kind]};"
            plan = self.plan([{"id": "t", "up": [{"sql": "CREATE TABLE seen (x VARCHAR(9));"}]},
                              {"id": "a", "lock_timeout": "7s", "up": [{"sql": insert}]},
                              {"id": "b", "lock_timeout": 0, "up": [{"sql": insert}]},
                              {"id": "c", "up": [{"sql": insert}]}])
            self.migrate(database, plan, "--lock-timeout", "3s")
            own = database.scalar(f"SELECT {value[database.kind]}")
            unit = "s" if database.kind == "postgres" else ""
            self.assertEqual([row[0] for row in database.query("SELECT x FROM seen")],
                             ["7" + unit, own, "3" + unit])

    def test_a_user_who_may_not_look_is_told_what_he_may_know(self):
        for database in self.each(SERVERS):
            self.prepared(database)
            name, host = "e2e_" + uuid.uuid4().hex[:8], database.server.hostname
            self.addCleanup(database.run, f"DROP USER {name}" if database.kind == "postgres" else
                            f"DROP USER '{name}'@'{host}'", database.server.path.lstrip("/"))
            if database.kind == "postgres":
                database.query(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'; "
                               f"GRANT ALL ON SCHEMA public TO {name}; "
                               f"ALTER TABLE held OWNER TO {name}; "
                               f"ALTER TABLE garboard_migrations OWNER TO {name}; "
                               f"ALTER TABLE garboard_migrations_journal OWNER TO {name}; "
                               f"ALTER TABLE garboard_migrations_log OWNER TO {name};")
            else:
                database.query(f"CREATE USER '{name}'@'{host}' IDENTIFIED BY 'pw'; "
                               f"GRANT ALL ON {database.name}.* TO '{name}'@'{host}';")
            holder = Holder(self, database)
            address = f"{name}:pw@{database.server.hostname}:{database.server.port}"
            database.url = database.server._replace(netloc=address, path="/" + database.name).geturl()
            events, error = self.blocked(database, UPDATE, "--lock-timeout", "2s",
                                         "--lock-retries", "0")
            for event in self.of_kind(events, "statementBlocked"):
                self.assertNotIn("query", event["blockers"][0])
            if database.kind == "postgres":
                blocker = self.check_blocker(database, holder, events, error)
                self.assertEqual(blocker["application"], holder.application)
            holder.end()


class StatementTimeout(GarboardTest):
    def check_stopped(self, database, plan, *arguments, code):
        _, err = self.garboard(database, arguments[0], "--plan", plan, "--log-format", "json",
                               *arguments[1:], code=code)
        error = json.loads(err.splitlines()[-1])
        self.assertIn("statement_timeout", error["hint"])
        self.assertIn("statement timeout", error["message"])
        self.assertEqual([line for line in err.splitlines() if '"retrying"' in line], [])
        return error

    def test_ends_a_statement_that_takes_too_long(self):
        for database in self.each():
            plan = self.plan([HELD, {"id": "m", "up": [{"sql": "CREATE TABLE t (x INT); " +
                                                               ENDLESS[database.kind]}]}])
            journaled = database.kind == "mysql"
            error = self.check_stopped(database, plan, "migrate", "--statement-timeout", "1s",
                                       code=31 if journaled else 30)
            self.assertEqual(error["reason"], "statement-timeout")
            self.assertEqual(self.ids(database), ["held"])
            self.assertEqual(database.scalar("SELECT COUNT(*) FROM held"), "1")
            mended = self.plan([HELD, {"id": "m", "up": [{"sql": "CREATE TABLE t (x INT); "
                                                                 "INSERT INTO t VALUES (1);"}]}])
            self.migrate(database, mended, "--statement-timeout", "1m")
            self.assertEqual(database.query("SELECT x FROM t"), [("1",)])

    def test_ends_one_outside_a_transaction(self):
        call = ("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); END $$; "
                "CALL p();")
        for database in self.each((databases.Postgres,)):
            plan = self.plan([HELD, {"id": "m", "transaction": "never",
                                     "up": [{"sql": call}]}])
            self.check_stopped(database, plan, "migrate", "--statement-timeout", "1s", code=31)
        for database in self.each():
            plan = self.plan([HELD, {"id": "m", "transaction": "never",
                                     "up": [{"sql": ENDLESS[database.kind]}]}])
            self.check_stopped(database, plan, "migrate", "--statement-timeout", "1s", code=30)

    def test_a_migration_may_have_its_own(self):
        slow = {"postgres": "SELECT pg_sleep(2);", "mysql": "DO SLEEP(2);"}
        for database in self.each((databases.Postgres, databases.Mariadb)):
            path = self.plan([])
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"version": 1, "defaults": {"statement_timeout": "1s"}, "migrations": [
                    HELD, {"id": "a", "statement_timeout": 0, "up": [{"sql": slow[database.kind]}]},
                    {"id": "b", "up": [{"sql": ENDLESS[database.kind]}]}]}, file)
            self.check_stopped(database, path, "migrate", "--statement-timeout", "10m", code=30)
            self.assertEqual(self.ids(database), ["held", "a"])

    def test_holds_for_down(self):
        for database in self.each():
            plan = self.plan([HELD, {"id": "m", "statement_timeout": "1s",
                                     "up": [{"sql": "CREATE TABLE t (x INT);"}],
                                     "down": [{"sql": ENDLESS[database.kind]}]}])
            self.migrate(database, plan)
            self.check_stopped(database, plan, "rollback", "--steps", "1", code=30)


class LockHolder(GarboardTest):
    def test_a_waiting_run_names_the_run_it_waits_for(self):
        sleep = {"postgres": "SELECT pg_sleep(60);", "mysql": "DO SLEEP(60);"}
        for database in self.each(SERVERS):
            for transaction in ("auto", "never"):
                plan = self.plan([HELD, {"id": "m", "transaction": transaction,
                                         "up": [{"sql": sleep[database.kind]}]}])
                first = self.start(database, "migrate", "--plan", plan)
                session = database.wait_for_statement(sleep[database.kind])
                _, err = self.migrate(database, plan, "--lock-wait", "2s", "--log-format", "json",
                                      code=11)
                first.terminate()
                first.communicate()
                lines = [json.loads(line) for line in err.splitlines()]
                said = [line for line in lines if line.get("event") == "lockWaiting"]
                self.assertEqual(said[0]["blockers"][0]["session"], session, said)
                self.assertEqual(said[0]["blockers"][0]["user"], shown_user(database))
                self.assertIn("session " + session, lines[-1]["message"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
