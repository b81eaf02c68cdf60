#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs migrations with a driver of SQLite files that was built elsewhere.

usage: GARBOARD=program driver_trial.py NAME PLUGIN_FILE [--journals]"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

GARBOARD = os.environ["GARBOARD"]
PLAN = {"version": 1, "migrations": [
    {"name": "make", "up": [{"sql": "CREATE TABLE t (x INT, y TEXT); INSERT INTO t VALUES (1, 'é');"
                                    "INSERT INTO t VALUES (2, NULL);"}],
     "down": [{"sql": "DROP TABLE t;"}]},
    {"name": "watch", "up": [{"sql": "CREATE TRIGGER w AFTER DELETE ON t BEGIN\n"
                                     "  UPDATE t SET y = 'w'; UPDATE t SET x = 3;\nEND;"},
                             {"sql": "DELETE FROM t WHERE x = 1;"}]}]}
JOURNALED = {"name": "tidy", "transaction": "never",
             "up": [{"sql": "CREATE TABLE u (x INT); INSERT INTO u VALUES (7);"}]}


class Trial:
    def __init__(self, name, plugin, folder):
        self.name = name
        self.plugins = os.path.dirname(os.path.abspath(plugin))
        self.plan = os.path.join(folder, "plan.json")
        self.database = os.path.join(folder, "app.db")

    def garboard(self, *arguments, code=0):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        done = subprocess.run([GARBOARD, *arguments, "--plugin-dir", self.plugins], text=True,
                              env={**kept, "DATABASE_URL": f"{self.name}:{self.database}"},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout, done.stderr

    def run(self, plan, *arguments, code=0):
        with open(self.plan, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        return self.garboard(*arguments, "--plan", self.plan, code=code)

    def rows(self, sql):
        with sqlite3.connect(self.database) as database:
            return database.execute(sql).fetchall()

    def applied(self):
        return [name for name, in self.rows("SELECT name FROM garboard_migrations ORDER BY ordinal")]

    def is_listed(self):
        out, _ = self.garboard("plugins", "list")
        line, = [line for line in out.splitlines() if self.plugins in line]
        assert line.split()[0] == self.name and line.endswith(".so"), line
        out, _ = self.garboard("plugins", "inspect", self.name)
        assert f'"name": "{self.name}"' in out, out

    def migrates(self):
        self.run(PLAN, "migrate")
        assert self.applied() == ["make", "watch"], self.applied()
        assert self.rows("SELECT x, y FROM t") == [(3, "w")]
        out, _ = self.run(PLAN, "migrate")
        assert "nothing pending" in out, out
        self.run(PLAN, "status")

    def undoes_what_fails(self):
        broken = {"name": "broken", "up": [{"sql": "CREATE TABLE v (x INT); INSERT INTO nowhere VALUES (1);"}]}
        _, err = self.run({**PLAN, "migrations": [*PLAN["migrations"], broken]}, "migrate", code=30)
        assert "no such table: nowhere" in err, err
        assert self.rows("SELECT name FROM sqlite_master WHERE name = 'v'") == []
        assert self.applied() == ["make", "watch"], self.applied()

    def waits_for_another_writer(self):
        more = {"name": "more", "up": [{"sql": "CREATE TABLE z (x INT);"}]}
        plan = {**PLAN, "migrations": [*PLAN["migrations"], more]}
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.run(plan, "migrate", "--lock-wait", "1s", code=11)
        other.execute("ROLLBACK")
        self.run(plan, "migrate")

    def rolls_back(self):
        down = {"version": 1, "migrations": [PLAN["migrations"][0]]}
        os.unlink(self.database)
        self.run(down, "migrate")
        self.run(down, "rollback")
        assert self.applied() == []
        assert self.rows("SELECT name FROM sqlite_master WHERE name = 't'") == []

    def journals(self):
        self.run({"version": 1, "migrations": [JOURNALED]}, "migrate")
        assert self.rows("SELECT x FROM u") == [(7,)]


def try_driver(name, plugin, journals=False):
    with tempfile.TemporaryDirectory(prefix="garboard-driver-") as folder:
        trial = Trial(name, plugin, folder)
        trial.is_listed()
        trial.migrates()
        trial.undoes_what_fails()
        trial.waits_for_another_writer()
        trial.rolls_back()
        if journals:
            trial.journals()
    print(f"{name}: ok")


if __name__ == "__main__":
    try_driver(*sys.argv[1:3], journals="--journals" in sys.argv)
