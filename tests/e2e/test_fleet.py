#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One command for many databases: who fails, who does not, and what is run again."""

import json
import os
import sqlite3
import subprocess
import time
import unittest

import jsonschema
import yaml

import case
import databases


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
        if code is not None:
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


    def test_a_canary_that_fails_keeps_all_others_from_being_begun(self):
        targets = self.sqlite_targets(6)
        targets[4]["canary"] = True
        os.mkdir(self.path("tenant-4.db"))
        file = self.targets_file(targets)
        document, _ = self.migrate_fleet(file, code=20)
        self.assertEqual(self.outcomes(document), {
            "tenant-4": "failed", **{f"tenant-{i}": "skipped" for i in (0, 1, 2, 3, 5)}})
        self.assertFalse(os.path.exists(self.path("tenant-0.db")))
        os.rmdir(self.path("tenant-4.db"))
        document, _ = self.migrate_fleet(file, "--canaries", "only")
        self.assertEqual(self.outcomes(document), {"tenant-4": "succeeded"})
        document, _ = self.migrate_fleet(file)
        self.assertEqual(list(self.outcomes(document)),
                         ["tenant-4"] + [f"tenant-{i}" for i in (0, 1, 2, 3, 5)])
        self.assertEqual(document["summary"]["succeeded"], 6)

    def test_shards_together_are_the_fleet_and_come_from_an_indexed_job(self):
        file = self.targets_file(self.sqlite_targets(7))
        seen = []
        for index in range(3):
            document, _ = self.migrate_fleet(file, variables={"JOB_COMPLETION_INDEX": str(index),
                                                              "JOB_COMPLETIONS": "3"})
            seen += self.outcomes(document)
        self.assertEqual(sorted(seen), sorted(f"tenant-{i}" for i in range(7)))
        document, _ = self.migrate_fleet(file, "--shard", "6/7", variables={
            "JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"})
        self.assertEqual(list(self.outcomes(document)), ["tenant-6"])
        self.migrate_fleet(file, "--shard", "7/7", code=2)
        self.migrate_fleet(file, code=2, variables={"JOB_COMPLETION_INDEX": "0"})

    def test_status_and_rollback_are_for_fleets_too(self):
        file = self.targets_file(self.sqlite_targets(3))
        for i in range(3):
            with open(self.path(f"tenant-{i}.db"), "wb"):
                pass
        self.migrate_fleet(file, "--target", "tenant-1")
        document, _ = self.fleet("status", file, "--plan", self.plan_file, "--exit-code", code=3)
        states = [each["report"]["summary"] for each in document["targets"]]
        self.assertEqual([state["pending"] for state in states], [2, 0, 2])
        self.assertEqual([each["exitCode"] for each in document["targets"]], [3, 0, 3])
        self.migrate_fleet(file)
        self.fleet("wait", file, "--plan", self.plan_file, "--applied", "all")
        self.fleet("rollback", file, "--plan", self.plan_file, "--steps", "1")
        self.assertEqual(self.tables_of("tenant-2"), {"t_first"})

    def test_placeholders_are_each_targets_own(self):
        plan = self.path("own.json")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "placeholders": {"TENANT": {}, "REGION": {"default": "eu"}},
                       "migrations": [{"id": "a", "up": [
                           {"sql": "CREATE TABLE t_${TENANT}_${REGION} (x INT);"}]}]}, file)
        targets = self.sqlite_targets(2)
        targets[0]["set"] = {"TENANT": "zero"}
        targets[1]["set"] = {"TENANT": "one", "REGION": "us"}
        self.fleet("migrate", self.targets_file(targets), "--plan", plan,
                   variables={"GARBOARD_SET": "REGION=asia"})
        self.assertEqual(self.tables_of("tenant-0"), {"t_zero_asia"})
        self.assertEqual(self.tables_of("tenant-1"), {"t_one_us"})

    def test_a_target_without_its_url_fails_alone(self):
        targets = self.sqlite_targets(2)
        targets += [{"name": "unset", "url_env": "FLEET_UNSET_URL"},
                    {"name": "by-variable", "url_env": "FLEET_URL"},
                    {"name": "odd", "url_env": "FLEET_ODD"}]
        document, err = self.migrate_fleet(
            self.targets_file(targets), code=40,
            variables={"FLEET_URL": f"sqlite:{self.path('own.db')}", "FLEET_ODD": "canary-secret"})
        failed = {each["name"]: each["error"]["code"] for each in document["targets"]
                  if each["outcome"] == "failed"}
        self.assertEqual(failed, {"unset": 20, "odd": 20})
        self.assertTrue(os.path.exists(self.path("own.db")))

    def test_a_file_that_holds_a_password_is_refused_without_showing_it(self):
        file = self.targets_file([{"name": "a", "url": "postgres://u:canary-secret@h/d"}])
        process = self.launch("migrate", "--targets", file, "--plan", self.plan_file)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 20, out + err)
        self.assertIn("holds a password", err)
        self.assertNotIn("canary-secret", out + err)

    def test_a_settings_file_that_names_targets_does_not_start_fleets_of_fleets(self):
        file = self.targets_file(self.sqlite_targets(2))
        settings = self.path("settings.yaml")
        with open(settings, "w", encoding="utf-8") as text:
            text.write(f"targets: {file}\nplan: {self.plan_file}\nparallel: 2\n")
        process = self.launch("migrate", "--config", settings, "--output", "json")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out + err)
        reports = [each["report"] for each in json.loads(out)["targets"]]
        self.assertEqual([report["summary"]["applied"] for report in reports], [2, 2])

    def test_one_termination_message_names_who_failed(self):
        targets = self.sqlite_targets(40)
        for i in range(0, 40, 2):
            os.mkdir(self.path(f"tenant-{i}.db"))
        message = self.path("termination-log")
        with open(message, "w", encoding="utf-8"):
            pass
        self.migrate_fleet(self.targets_file(targets), "--termination-log", message, code=40)
        with open(message, encoding="utf-8") as file:
            text = file.read()
        self.assertLessEqual(len(text), 3584)
        error = json.loads(text)
        self.assertEqual(error["code"], 40)
        self.assertIn("20 of 40 targets failed: tenant-0, tenant-2", error["message"])
        self.assertIn("tenant-0", error["others"][0]["message"])

    def test_the_log_says_whose_line_it_is_in_both_formats(self):
        file = self.targets_file(self.sqlite_targets(2))
        _, err = self.migrate_fleet(file, "--log-format", "json")
        lines = [json.loads(line) for line in err.splitlines()]
        applied = [line for line in lines if line.get("event") == "migrationApplied"]
        self.assertEqual(sorted({line["target"] for line in applied}), ["tenant-0", "tenant-1"])
        self.assertEqual(len(applied), 4)
        finished = [line for line in lines if line.get("event") == "targetFinished"]
        self.assertEqual([line["exitCode"] for line in finished], [0, 0])
        process = self.launch("rollback", "--targets", file, "--plan", self.plan_file, "--steps",
                              "1", "--log-format", "text")
        out, err = process.communicate(timeout=60)
        self.assertIn("tenant-1: rolled back second", err)
        self.assertIn("2 succeeded in", out)

    def test_the_command_that_the_report_ends_with_runs_what_is_left(self):
        targets = self.sqlite_targets(3)
        os.mkdir(self.path("tenant-1.db"))
        file = self.targets_file(targets, name="fleet of three.json")
        process = self.launch("migrate", "--targets", file, "--plan", self.plan_file)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 40, out + err)
        command = out.splitlines()[-1].strip()
        self.assertTrue(command.startswith("garboard migrate"), out)
        os.rmdir(self.path("tenant-1.db"))
        done = subprocess.run(command.replace("garboard", case.GARBOARD, 1), shell=True, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1 succeeded in", done.stdout)
        self.assertEqual(self.tables_of("tenant-1"), {"t_first", "t_second"})

    def refused(self, *arguments, variables=None):
        process = self.launch(*arguments, "--plan", self.plan_file, variables=variables)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, out + err)
        return err

    def test_options_of_a_fleet_are_not_for_one_database(self):
        variables = {"DATABASE_URL": f"sqlite:{self.path('one.db')}"}
        for arguments in (("--target", "a"), ("--shard", "0/2"), ("--only-failed", "report.json"),
                          ("--canaries", "only"), ("--parallel", "4")):
            err = self.refused("migrate", *arguments, variables=variables)
            self.assertIn(f"{arguments[0]} is for many databases", err)
        self.assertFalse(os.path.exists(self.path("one.db")))

    def test_a_rollback_that_counts_proposes_no_command_that_undoes_more(self):
        file = self.targets_file(self.sqlite_targets(2))
        self.migrate_fleet(file)
        connection = sqlite3.connect(self.path("tenant-1.db"))
        connection.executescript("DROP TABLE t_first;")
        connection.close()
        process = self.launch("rollback", "--targets", file, "--plan", self.plan_file, "--steps", "2")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 40, out + err)
        self.assertNotIn("to run what is left alone", out)
        self.assertIn("the same command again would undo others", err)
        err = self.refused("rollback", "--targets", file, "--steps", "2", "--only-failed", "x.json")
        self.assertIn("name the last migration to keep with --to", err)
        err = self.refused("migrate", "--targets", file, "--target", "tenant-1", "--only-failed",
                           "x.json")
        self.assertIn("--only-failed and --target both", err)

    def test_a_line_of_a_library_on_the_log_is_passed_on_whatever_it_holds(self):
        hooks = self.path("hooks.json")
        noise = {"message": "a library's notice", "level": 30}
        with open(hooks, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "hooks": [{"name": "moody", "config": {
                "mood": "print", "text": json.dumps(noise)}}]}, file)
        _, err = self.migrate_fleet(self.targets_file(self.sqlite_targets(2)), "--hooks", hooks,
                                    "--plugin-dir", case.TEST_HOOKS)
        self.assertIn("a library's notice", err)

    def test_who_started_it_may_ignore_children(self):
        file = self.targets_file(self.sqlite_targets(2))
        self.migrate_fleet(file)
        more = self.plan([case.table("first"), case.table("second"), case.table("third")], "more.json")
        done = subprocess.run(
            ["bash", "-c", 'trap "" CHLD; exec "$@"', "-", case.GARBOARD, "status", "--exit-code",
             "--targets", file, "--plan", more], text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)

    def test_names_that_are_not_in_the_file_are_refused(self):
        file = self.targets_file(self.sqlite_targets(2))
        report = self.path("report.json")
        with open(report, "w", encoding="utf-8") as text:
            json.dump({"targets": [{"name": "gone", "outcome": "failed"}]}, text)
        for arguments in (("--target", "gone"), ("--only-failed", report)):
            process = self.launch("migrate", "--targets", file, "--plan", self.plan_file, *arguments)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2, out + err)
            self.assertIn("no target gone", err)
        with open(report, "w", encoding="utf-8") as text:
            text.write("{}")
        process = self.launch("migrate", "--targets", file, "--plan", self.plan_file,
                              "--only-failed", report)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 20)


def cmdlines():
    """The command line of every process of this machine."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                yield int(pid), file.read().replace("\0", " ")
        except OSError:
            continue


class ServerFleet(FleetTest):
    """Schemas of one database, and databases of one server."""

    def server(self, kind):
        database = kind()
        self.addCleanup(database.drop)
        return database

    def schemas(self, kind, count):
        """A database with so many schemas, and the targets entry that lists them."""
        database = self.server(kind)
        if kind is databases.Postgres:
            names = [f"tenant {i}" for i in range(count)]
            database.query("".join(f'CREATE SCHEMA "{name}";' for name in names))
            query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tenant %'"
        else:
            names = [f"{database.name}_{i}" for i in range(count)]
            for name in names:
                database.query(f"CREATE DATABASE {name};")
                self.addCleanup(database.run, f"DROP DATABASE {name};", database.name)
            query = ("SELECT schema_name FROM information_schema.schemata WHERE schema_name "
                     f"LIKE '{database.name}\\_%'")
        return database, names, {"name": "shared", "url_env": "FLEET_URL",
                                 "schemas": {"query": query}}

    def tables_in(self, database, schema):
        return [row[0] for row in database.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = "
            f"'{schema}' ORDER BY 1") if row[0].startswith("t_")]

    def check_schemas(self, kind):
        database, names, entry = self.schemas(kind, 20)
        broken = names[7]
        quoted = f'"{broken}"' if kind is databases.Postgres else broken
        database.query(f"CREATE TABLE {quoted}.t_second (y INT);")
        file = self.targets_file([entry])
        variables = {"FLEET_URL": database.url}
        document, _ = self.migrate_fleet(file, code=40, variables=variables)
        self.assertEqual([name for name, outcome in self.outcomes(document).items()
                          if outcome != "succeeded"], ["shared/" + broken])
        for name in names:
            self.assertEqual(self.tables_in(database, name), ["t_first", "t_second"], name)
        database.query(f"DROP TABLE {quoted}.t_second;")
        document, _ = self.migrate_fleet(file, "--target", "shared/" + broken, variables=variables)
        self.assertEqual(self.outcomes(document), {"shared/" + broken: "succeeded"})
        self.assertEqual(self.tables_in(database, broken), ["t_first", "t_second"])
        document, _ = self.fleet("status", file, "--plan", self.plan_file, variables=variables)
        for each in document["targets"]:
            self.assertEqual(each["report"]["summary"]["applied"], 2, each["name"])

    def test_each_schema_of_postgresql_is_a_target(self):
        self.check_schemas(databases.Postgres)

    def test_each_database_of_mariadb_is_a_target(self):
        self.check_schemas(databases.Mariadb)

    def test_sqlite_has_no_schemas(self):
        file = self.targets_file([{"name": "a", "url": f"sqlite:{self.path('a.db')}",
                                   "schemas": {"list": ["x"]}}])
        document, _ = self.migrate_fleet(file, code=20)
        self.assertIn("PostgreSQL and MySQL", document["targets"][0]["error"]["message"])

    def test_a_signal_reaches_every_target_and_begins_no_further_one(self):
        database, names, entry = self.schemas(databases.Postgres, 4)
        plan = self.plan([case.table("first"),
                          {"id": "slow", "up": [{"sql": "SELECT pg_sleep(300);"}]}], "slow.json")
        process = self.launch("migrate", "--targets", self.targets_file([entry]), "--plan", plan,
                              "--parallel", "2", "--output", "json",
                              variables={"FLEET_URL": database.url})
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' " \
                   "AND state = 'active' AND pid <> pg_backend_pid()"
        while database.scalar(sleeping) != "2":
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        for pid, line in cmdlines():
            self.assertNotIn(database.server.password, line, pid)
            self.assertFalse("fleet-target" in line and "://" in line, line)
        self.assertGreaterEqual(sum("fleet-target shared/tenant" in line for _, line in cmdlines()), 2)
        process.terminate()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 13, out + err)
        self.assertNotIn(database.server.password, out + err)
        document = json.loads(out)
        jsonschema.validate(document, case.REPORT)
        self.assertEqual(sorted(self.outcomes(document).values()),
                         ["interrupted", "interrupted", "skipped", "skipped"])
        self.assertEqual(database.scalar(sleeping), "0")
        done, _ = self.migrate_fleet(self.targets_file([entry]),
                                     variables={"FLEET_URL": database.url})
        self.assertEqual(done["summary"]["succeeded"], 4)

    def start_sleepers(self, count):
        """A fleet whose targets sleep; what tells their processes; and how many there are."""
        database, names, entry = self.schemas(databases.Postgres, count)
        plan = self.plan([{"id": "slow", "up": [{"sql": "SELECT pg_sleep(300);"}]}], "slow.json")
        process = self.launch("migrate", "--targets", self.targets_file([entry]), "--plan", plan,
                              "--output", "json", variables={"FLEET_URL": database.url})

        def running():
            return {pid: line for pid, line in cmdlines()
                    if "fleet-target shared/" in line and plan in line}

        while len(running()) < count:
            self.assertIsNone(process.poll())
        return process, running

    def test_a_target_whose_process_dies_is_named_and_the_others_go_on(self):
        process, running = self.start_sleepers(3)
        victim = next(pid for pid, line in running().items() if "shared/tenant 1 " in line)
        os.kill(victim, 9)
        while victim in running():
            time.sleep(0.05)
        self.assertEqual(len(running()), 2)
        process.terminate()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 13, out + err)
        lost = json.loads(out)["targets"][1]
        self.assertEqual((lost["name"], lost["outcome"]), ("shared/tenant 1", "failed"))
        self.assertEqual(lost["error"]["reason"], "target-process-lost")
        self.assertIn("SIGKILL", lost["error"]["message"])
        self.assertEqual(lost["exitCode"], 137)

    def test_targets_end_with_the_process_that_started_them(self):
        process, running = self.start_sleepers(2)
        process.kill()
        process.communicate(timeout=60)
        deadline = time.monotonic() + 60
        while running():
            self.assertLess(time.monotonic(), deadline, "targets run on without their parent")
            time.sleep(0.05)

    def test_a_secret_is_in_no_environment_but_its_own_targets(self):
        database, names, entry = self.schemas(databases.Postgres, 2)
        other = {"name": "other", "url_env": "FLEET_OTHER"}
        plan = self.path("env.json")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "placeholders": {"SEEN": {"env": "FLEET_OTHER",
                                                               "default": "nothing"}},
                       "migrations": [{"id": "a", "up": [
                           {"sql": "CREATE TABLE t_${SEEN} (x INT);"}]}]}, file)
        self.fleet("migrate", self.targets_file([entry, other]), "--plan", plan, "--target",
                   "shared/" + names[0],
                   variables={"FLEET_URL": database.url, "FLEET_OTHER": "canary_secret"})
        self.assertEqual(self.tables_in(database, names[0]), ["t_nothing"])


class Render(FleetTest):
    def render(self, targets, *arguments, code=0):
        process = self.launch("fleet", "render", "--targets", self.targets_file(targets),
                              "--image", "localhost/app:1", *arguments)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def test_the_rendered_targets_are_the_fleet_that_its_pods_run(self):
        targets = self.sqlite_targets(5)
        targets[2]["canary"] = True
        targets[3]["set"] = {"REGION": "on"}
        out, _ = self.render(targets, "--", "--dir=/migrations")
        config, canary, rest = yaml.safe_load_all(out)
        self.assertEqual([config["kind"], canary["kind"], rest["kind"]], ["ConfigMap", "Job", "Job"])
        self.assertTrue(config["immutable"])
        with open(self.path("rendered.yaml"), "w", encoding="utf-8") as file:
            file.write(config["data"]["targets.yaml"])
        seen = []
        for job in (canary, rest):
            self.assertEqual(job["spec"]["completionMode"], "Indexed")
            container = job["spec"]["template"]["spec"]["containers"][0]
            self.assertEqual(container["args"][0], "migrate")
            self.assertEqual(container["args"][-1], "--dir=/migrations")
            for index in range(job["spec"]["completions"]):
                variables = {each["name"]: each["value"] for each in container["env"]}
                document, _ = self.migrate_fleet(
                    self.path("rendered.yaml"), container["args"][2], code=None,
                    variables={**variables, "JOB_COMPLETION_INDEX": str(index)})
                seen += self.outcomes(document)
        self.assertEqual(seen, ["tenant-2", "tenant-0", "tenant-1", "tenant-3", "tenant-4"])
        self.assertTrue(rest["spec"]["suspend"])
        self.assertNotIn("suspend", canary["spec"])

    def test_failed_indexes_give_a_job_for_these_targets(self):
        targets = self.sqlite_targets(6)
        targets[0]["canary"] = True
        out, _ = self.render(targets, "--failed-indexes", "0,3-4")
        config, job = yaml.safe_load_all(out)
        names = [each["name"] for each in yaml.safe_load(config["data"]["targets.yaml"])["targets"]]
        self.assertEqual(names, ["tenant-1", "tenant-4", "tenant-5"])
        self.assertEqual(job["spec"]["completions"], 3)

    def test_urls_of_variables_come_from_the_secret_and_stand_in_no_manifest(self):
        targets = [{"name": "a", "url_env": "FLEET_A"}]
        _, err = self.render(targets, code=2)
        self.assertIn("--secret", err)
        out, _ = self.render(targets, "--secret", "urls")
        config, job = yaml.safe_load_all(out)
        self.assertEqual(yaml.safe_load(config["data"]["targets.yaml"])["targets"],
                         [{"name": "a", "url_file": "/run/secrets/garboard-fleet/a"}])
        pod = job["spec"]["template"]["spec"]
        mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
        self.assertEqual(mounts["urls"], "/run/secrets/garboard-fleet")
        self.assertFalse(pod["automountServiceAccountToken"])

    def test_options_of_migrate_are_checked_before_any_pod_runs(self):
        targets = self.sqlite_targets(1)
        for wrong in ("--dri=/migrations", "--targets=x", "--url=sqlite:x", "--url-env=X", "--help",
                      "--version", "--retry-for=banana", "--parallel=0", "--if-ahead=maybe"):
            self.render(targets, "--", wrong, code=2)

    def test_the_reviewed_manifests_fit_the_schema_of_targets(self):
        with open(os.path.join(case.PROJECT, "schema", "targets.schema.json"),
                  encoding="utf-8") as file:
            schema = json.load(file)
        golden = os.path.join(case.PROJECT, "tests", "core", "cli", "data", "fleet.yaml")
        with open(golden, encoding="utf-8") as file:
            config, canary, rest = yaml.safe_load_all(file)
        jsonschema.validate(yaml.safe_load(config["data"]["targets.yaml"]), schema)
        for job in (canary, rest):
            policy = job["spec"]["podFailurePolicy"]["rules"]
            self.assertEqual([rule["action"] for rule in policy], ["Ignore", "FailIndex"])
            self.assertIn("backoffLimitPerIndex", job["spec"])
            self.assertEqual(job["spec"]["template"]["spec"]["restartPolicy"], "Never")


if __name__ == "__main__":
    unittest.main(verbosity=2)
