# SPDX-License-Identifier: Apache-2.0
"""Garboard with a small plan that one check brings along, whose statements write numbers into the
table `audit`, which no key protects from writing them twice."""

import json
import os

from subjects import Garboard


class OwnPlan(Garboard):
    """`scripts` are the migrations in order, from name to SQL; `effects` the numbers they leave."""

    def __init__(self, program, scripts, effects, **more):
        super().__init__(program)
        self.scripts = scripts
        self.effects = [(str(number), "1") for number in effects]
        self.more = more

    def prepare(self, kind):
        path = os.path.join(self.folder.name, "plan.json")
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"version": 1, "migrations": [
                    {"id": name, **self.more, "up": [{"sql": sql}]}
                    for name, sql in self.scripts.items()]}, file)
        return path

    def learn(self, database_class):
        """The effects say it all."""

    def problems(self, database):
        try:
            effects = database.query("SELECT n, COUNT(*) FROM audit GROUP BY n ORDER BY n")
            history = database.query("SELECT id, state FROM garboard_migrations ORDER BY ordinal")
            journal = database.query("SELECT id, seq, state FROM garboard_migrations_journal")
        except Exception as error:  # a table that is missing
            return [f"the database cannot be looked at: {error}"]
        problems = [] if effects == self.effects else [f"effects {effects}"]
        if history != [(name, "applied") for name in self.scripts]:
            problems.append(f"the history says {history}")
        return problems + ([f"journal rows {journal}"] if journal else [])
