# SPDX-License-Identifier: Apache-2.0
"""Logical operations: each one applied and rolled back on every database leaves what was there
before; so do random sequences of them. Names are as bad as names can be."""

import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import PROJECT, GarboardTest  # noqa: E402
from databases import Sqlite  # noqa: E402
from introspection import differences, picture  # noqa: E402

PARENT = 'parent "of"; -- it\'s'
TABLE = "Order `by`.Größe $1 ? %s"
KEY = "select"
TEXT = "a.b \"c\" 'd'"
NUMBER = "naïve 日本 `n`"
LAST = "drop table x; --"
CHILD = "group"
VIEW = "view.of \"all\""
NEW = "new, (col)"

EMPTY = {
    "name": "without.rows",
    "columns": [{"name": "id", "type": "bigint", "identity": True, "primaryKey": True},
                {"name": "from", "type": "varchar(9)", "nullable": False, "default": "x"},
                {"name": "amount", "type": "integer", "check": "amount > 0"},
                {"name": "last \"c\"", "type": "bigint", "unique": True,
                 "references": {"table": PARENT, "column": "id", "onDelete": "cascade"}}],
    "indexes": [{"columns": ["from", "id"]}]}

# What each case begins with.
START = [
    {"createTable": {"name": PARENT, "columns": [
        {"name": "id", "type": "bigint", "primaryKey": True},
        {"name": "code", "type": "varchar(20)", "nullable": False, "unique": True},
        {"name": "empty", "type": "varchar(3)"}]}},
    {"createTable": {
        "name": TABLE,
        "columns": [{"name": KEY, "type": "bigint", "primaryKey": True},
                    {"name": TEXT, "type": "varchar(40)", "nullable": False, "default": "it's"},
                    {"name": NUMBER, "type": "integer"},
                    {"name": "amount", "type": "integer",
                     "check": {"name": "check \"n\"", "expression": "amount < 1000"}},
                    {"name": LAST, "type": "varchar(10)"}],
        "unique": [{"name": "unique \"t\"", "columns": [TEXT, KEY]}],
        "indexes": [{"name": "index \"n\"", "columns": [{"name": NUMBER, "order": "desc"}]}]}},
    {"createTable": {"name": CHILD, "columns": [
        {"name": "id", "type": "integer", "primaryKey": True},
        {"name": "table", "type": "bigint",
         "references": {"name": "fk 'c'", "table": TABLE, "column": KEY, "onDelete": "cascade"}},
        {"name": "other", "type": "bigint"}]}},
    {"createTable": EMPTY},
    {"createView": {"name": VIEW, "query": "SELECT 1 AS one"}},
    {"insert": {"table": PARENT, "rows": [{"id": 1, "code": "a"}, {"id": 2, "code": "b"}]}},
    {"insert": {"table": TABLE, "key": [KEY], "rows": [
        {KEY: 1, TEXT: "one; 'two' \\ \"three\" ? $1 %s", NUMBER: 1, LAST: "x"},
        {KEY: 2, TEXT: "line\nline", NUMBER: None}, {KEY: 3, NUMBER: -7}]}},
    {"insert": {"table": CHILD, "rows": [{"id": 1, "table": 1}, {"id": 2, "table": 2}]}},
]
ALL = ("sqlite", "postgres", "mysql")
SERVERS = ("postgres", "mysql")

# Name, operation, databases.
CASES = [
    ("createTable", {"createTable": {
        "name": "brand.new \"t\"", "columns": [
            {"name": "id", "type": "bigint", "identity": True, "primaryKey": True},
            *({"name": f"c {n}", "type": kind} for n, kind in enumerate((
                "bigint", "integer", "smallint", "boolean", "decimal(10,2)", "real", "double", "varchar(7)",
                "text", "bytes", "date", "time", "timestamp", "timestamptz", "uuid", "json"))),
            {"name": "t", "type": "varchar(9)", "nullable": False, "default": "it's \\ ok", "unique": True},
            {"name": "p", "type": "bigint", "references": {"table": PARENT, "column": "id", "onDelete": "setNull"}},
            {"name": "k", "type": "integer", "default": -1, "check": "k < 10"}],
        "checks": ["k > -10"], "indexes": [{"columns": ["k", {"name": "t", "order": "desc"}], "unique": True}]}},
     ALL),
    ("dropTable", {"dropTable": EMPTY}, ALL),
    ("renameTable", {"renameTable": {"name": TABLE, "to": "other \"name\".x"}}, ALL),
    ("renameTable with children", {"renameTable": {"name": PARENT, "to": "select"}}, ALL),
    ("addColumn", {"addColumn": {"table": TABLE, "column": {"name": NEW, "type": "varchar(5)"}}}, ALL),
    ("addColumn not null", {"addColumn": {"table": TABLE, "column": {
        "name": NEW, "type": "integer", "nullable": False, "default": 5}}}, ALL),
    ("addColumn unique", {"addColumn": {"table": TABLE, "column": {
        "name": NEW, "type": "integer", "unique": True}}}, ALL),
    ("addColumn check", {"addColumn": {"table": TABLE, "column": {
        "name": "plain", "type": "integer", "check": "plain > 0"}}}, ALL),
    ("addColumn references", {"addColumn": {"table": TABLE, "column": {
        "name": NEW, "type": "bigint", "references": {"table": PARENT, "column": "id"}}}}, ALL),
    ("dropColumn", {"dropColumn": {"table": EMPTY["name"], "name": "last \"c\"", "was": EMPTY["columns"][-1]}}, ALL),
    ("dropColumn without more", {"dropColumn": {"table": PARENT, "name": "empty", "was": {
        "name": "empty", "type": "varchar(3)"}}}, ALL),
    ("renameColumn", {"renameColumn": {"table": TABLE, "name": TEXT, "to": "plain 'text'"}}, ALL),
    ("renameColumn that is referred to", {"renameColumn": {"table": TABLE, "name": KEY, "to": NEW}}, ALL),
    ("alterColumn type", {"alterColumn": {"table": TABLE, "name": NUMBER, "type": "bigint",
                                          "was": {"type": "integer"}}}, ALL),
    ("alterColumn nullable", {"alterColumn": {"table": TABLE, "name": TEXT, "nullable": True}}, ALL),
    ("alterColumn not null", {"alterColumn": {"table": PARENT, "name": "code", "nullable": True}}, ALL),
    ("alterColumn default", {"alterColumn": {"table": TABLE, "name": TEXT, "default": "other",
                                             "was": {"default": "it's"}}}, ALL),
    ("alterColumn no default", {"alterColumn": {"table": TABLE, "name": TEXT, "default": None,
                                                "was": {"default": "it's"}}}, ALL),
    ("alterColumn everything", {"alterColumn": {
        "table": TABLE, "name": TEXT, "type": "varchar(99)", "nullable": True, "default": {"sql": "'x'"},
        "was": {"type": "varchar(40)", "default": "it's"}}}, ALL),
    ("addIndex", {"addIndex": {"table": TABLE, "columns": [TEXT, {"name": NUMBER, "order": "desc"}]}}, ALL),
    ("addIndex unique", {"addIndex": {"table": TABLE, "name": "i \"u\"", "columns": [TEXT], "unique": True}}, ALL),
    ("addIndex partial", {"addIndex": {"table": PARENT, "columns": ["code"], "where": "id > 1"}},
     ("sqlite", "postgres")),
    ("addIndex expression", {"addIndex": {"table": PARENT, "columns": [{"expression": "lower(code)"}]}},
     ("sqlite", "postgres")),
    ("addIndex method", {"addIndex": {"table": PARENT, "columns": ["code"], "method": "hash"}}, ("postgres",)),
    ("addIndex concurrently", {"addIndex": {"table": TABLE, "columns": [TEXT], "concurrently": True}},
     ("postgres",)),
    ("dropIndex", {"dropIndex": {"table": TABLE, "name": "index \"n\"",
                                 "columns": [{"name": NUMBER, "order": "desc"}]}}, ALL),
    ("addUnique", {"addUnique": {"table": TABLE, "columns": [NUMBER, KEY]}}, ALL),
    ("addForeignKey", {"addForeignKey": {"table": CHILD, "columns": ["other"], "references": {
        "table": PARENT, "column": "id", "onDelete": "restrict", "onUpdate": "cascade"}}}, ALL),
    ("addCheck", {"addCheck": {"table": PARENT, "expression": "id > 0"}}, ALL),
    ("dropConstraint unique", {"dropConstraint": {"table": TABLE, "name": "unique \"t\"", "unique": [TEXT, KEY]}}, ALL),
    ("dropConstraint foreign key", {"dropConstraint": {"table": CHILD, "name": "fk 'c'", "foreignKey": {
        "columns": ["table"], "references": {"table": TABLE, "column": KEY, "onDelete": "cascade"}}}}, ALL),
    ("dropConstraint check", {"dropConstraint": {"table": TABLE, "name": "check \"n\"", "check": "amount < 1000"}}, ALL),
    ("createView", {"createView": {"name": "v \"2\"", "query": "SELECT 2 AS two"}}, ALL),
    ("createView columns", {"createView": {"name": "v.3", "query": "SELECT 1, 2", "columns": ["select", "b \"c\""]}},
     ALL),
    ("createView replace", {"createView": {"name": VIEW, "query": "SELECT 2 AS one", "replace": True,
                                           "was": "SELECT 1 AS one"}}, ALL),
    ("dropView", {"dropView": {"name": VIEW, "query": "SELECT 1 AS one"}}, ALL),
    ("insert", {"insert": {"table": TABLE, "rows": [
        {KEY: 10, TEXT: "ten's \\ \n", NUMBER: 10}, {KEY: 11, TEXT: "x", NUMBER: None, LAST: "y"},
        {KEY: 12, TEXT: {"sql": "lower('IT')"}}]}}, ALL),
    ("update", {"update": {"table": TABLE, "set": {TEXT: "new \\ 'text'", NUMBER: None}, "where": {KEY: 1},
                           "was": {TEXT: "one; 'two' \\ \"three\" ? $1 %s", NUMBER: 1}}}, ALL),
    ("update of what finds it", {"update": {"table": TABLE, "set": {NUMBER: 8}, "where": {NUMBER: -7},
                                            "was": {NUMBER: -7}}}, ALL),
    ("update of null", {"update": {"table": TABLE, "set": {LAST: "z"}, "where": [{NUMBER: None}],
                                   "was": {LAST: None}}}, ALL),
    ("delete", {"delete": {"table": TABLE, "where": [{KEY: 3}, {NUMBER: -7, LAST: None}],
                           "rows": [{KEY: 3, TEXT: "it's", NUMBER: -7}]}}, ALL),
    ("comment on a table", {"comment": {"table": TABLE, "text": "it's \\ \"so\"", "was": None}}, SERVERS),
    ("comment on a column", {"comment": {"table": TABLE, "column": NUMBER, "text": "ü", "was": None}}, SERVERS),
]


class Sequence:
    """Random operations, each of which fits what those before it made."""

    KINDS = ("varchar(20)", "integer", "bigint", "boolean", "text", "decimal(8,2)")

    def __init__(self, seed, database):
        self.random = random.Random(seed)
        self.database = database
        self.tables = {}  # name -> list of (column, type)
        self.made = 0

    def name(self, kind):
        self.made += 1
        return f"{kind} {self.made} {self.random.choice(['x', 'select', 'ü.', chr(39), chr(34), '`', ';--', '日'])}"

    def default(self, kind):
        return {"integer": 3, "bigint": 4, "boolean": False, "decimal(8,2)": 1.5}.get(kind, "d'")

    def new_table(self):
        name = self.name("table")
        columns = [(self.name("col"), self.random.choice(self.KINDS)) for _ in range(self.random.randint(1, 3))]
        self.tables[name] = columns
        spec = [{"name": "id", "type": "bigint", "primaryKey": True}]
        spec += [{"name": c, "type": t} for c, t in columns]
        return [{"createTable": {"name": name, "columns": spec}},
                {"insert": {"table": name, "key": ["id"], "rows": [{"id": 1}, {"id": 2}]}}]

    def step(self):
        if len(self.tables) < 2:
            return self.new_table()
        table = self.random.choice(sorted(self.tables))
        columns = self.tables[table]
        what = self.random.choice(["table", "rename table", "add", "add", "rename", "type", "null", "index",
                                   "unique", "check", "reference", "insert", "update", "drop", "view"])
        kind = self.random.choice(self.KINDS)
        if what == "table":
            return self.new_table()
        if what == "rename table":
            name = self.name("table")
            self.tables[name] = self.tables.pop(table)
            return [{"renameTable": {"name": table, "to": name}}]
        if what == "add" or not columns:
            name = self.name("col")
            columns.append((name, kind))
            column = {"name": name, "type": kind}
            if self.random.random() < 0.5 and kind != "text":  # MySQL: no default of a TEXT before 8.0.13
                column.update(nullable=False, default=self.default(kind))
            return [{"addColumn": {"table": table, "column": column}}]
        at = self.random.randrange(len(columns))
        column, old = columns[at]
        if what == "rename":
            columns[at] = (self.name("col"), old)
            return [{"renameColumn": {"table": table, "name": column, "to": columns[at][0]}}]
        if what == "type":
            fresh = self.name("col")
            columns.append((fresh, "varchar(30)"))
            return [{"addColumn": {"table": table, "column": {"name": fresh, "type": "varchar(10)"}}},
                    {"alterColumn": {"table": table, "name": fresh, "type": "varchar(30)",
                                     "was": {"type": "varchar(10)"}}}]
        if what == "null":
            fresh = self.name("col")
            columns.append((fresh, "integer"))
            return [{"addColumn": {"table": table, "column": {"name": fresh, "type": "integer",
                                                              "nullable": False, "default": 1}}},
                    {"alterColumn": {"table": table, "name": fresh, "nullable": True, "default": None,
                                     "was": {"default": 1}}}]
        if what == "index" and old != "text":
            return [{"addIndex": {"table": table, "name": self.name("index"), "columns": [column, "id"]}}]
        if what == "unique" and old != "text":
            return [{"addUnique": {"table": table, "name": self.name("unique"), "columns": ["id", column]}}]
        if what == "check":
            name = self.name("check")
            return [{"addCheck": {"table": table, "name": name, "expression": f"id > -{self.made}"}}]
        if what == "reference":
            other = self.random.choice(sorted(self.tables))
            fresh = self.name("col")
            columns.append((fresh, "bigint"))
            return [{"addColumn": {"table": table, "column": {
                "name": fresh, "type": "bigint", "references": {
                    "name": self.name("fk"), "table": other, "column": "id"}}}}]
        if what == "insert":
            return [{"insert": {"table": table, "key": ["id"], "rows": [{"id": 100 + self.made}]}}]
        if what == "update" and old not in ("boolean", "text"):
            fresh = self.name("col")
            columns.append((fresh, "integer"))
            return [{"addColumn": {"table": table, "column": {"name": fresh, "type": "integer"}}},
                    {"update": {"table": table, "set": {fresh: 7}, "where": {"id": 2}, "was": {fresh: None}}}]
        if what == "view":
            return [{"createView": {"name": self.name("view"), "query": f"SELECT {self.made} AS n"}}]
        name = self.name("table")
        return [{"createTable": {"name": name, "columns": [{"name": "id", "type": "integer"}]}},
                {"dropTable": {"name": name, "columns": [{"name": "id", "type": "integer"}]}}]


class OperationsTest(GarboardTest):
    maxDiff = 4000

    def rollback(self, database, plan, *arguments):
        return self.garboard(database, "rollback", "--plan", plan, *arguments)

    def undone(self, database, before, operation):
        plan = self.plan([{"id": "start", "up": START}, {"id": "case", "up": [operation]}])
        self.migrate(database, plan)
        after = picture(database)
        self.rollback(database, plan, "--steps", "1")
        self.assertNotEqual([], differences(before, after), "it changed nothing")
        self.assertEqual([], differences(before, picture(database)))

    def begun(self, database):
        self.migrate(database, self.plan([{"id": "start", "up": START}]))
        return picture(database)

    def test_each_operation_is_undone_completely(self):
        for database in self.each():
            before = self.begun(database)
            self.assertGreater(len(json.dumps(before, default=str)), 500)
            spoilt = False
            for name, operation, kinds in CASES:
                if database.kind not in kinds:
                    continue
                if spoilt:
                    database.drop()
                    database.__init__()
                    self.assertEqual([], differences(before, self.begun(database)))
                spoilt = True
                with self.subTest(operation=name):
                    self.undone(database, before, operation)
                    spoilt = False

    def test_random_sequences_are_undone_step_by_step(self):
        seeds = os.environ.get("GARBOARD_TEST_SEEDS", "1 2 3").split()
        for database in self.each():
            for seed in seeds:
                database.drop()
                database.__init__()
                with self.subTest(seed=seed):
                    print(f"{type(database).__name__}: seed {seed}", file=sys.stderr)
                    sequence = Sequence(int(seed), database)
                    migrations, pictures = [], []
                    for number in range(14):
                        migrations.append({"id": f"m{number}", "up": sequence.step()})
                        pictures.append(picture(database) if number in (0, 7) else None)
                        if number in (6, 13):
                            self.migrate(database, self.plan(migrations))
                    plan = self.plan(migrations)
                    self.rollback(database, plan, "--steps", "7")
                    self.assertEqual([], differences(pictures[7], picture(database)), json.dumps(migrations[7:]))
                    self.rollback(database, plan, "--steps", "7")
                    self.assertEqual([], differences(pictures[0], picture(database)), json.dumps(migrations[:7]))

    def test_validate_says_what_cannot_be_undone_and_what_a_database_cannot_do(self):
        for database in self.each((Sqlite,)):
            plan = self.plan([{"id": "gone", "up": [{"dropTable": {"name": "t"}}]}])
            out, _ = self.garboard(database, "validate", "--plan", plan, "--output", "json")
            (note,) = json.loads(out)["notes"]
            self.assertEqual(note["id"], "gone")
            self.assertIn("'dropTable t' does not say what the table was", note["message"])
            plan = self.plan([{"id": "c", "database": "sqlite", "up": [
                {"comment": {"table": "t", "text": "x", "was": None}}]}])
            out, _ = self.garboard(database, "validate", "--plan", plan, "--output", "json", code=20)
            error = json.loads(out)["error"]
            self.assertIn("'comment' for sqlite", error["context"])
            self.assertEqual(error["where"]["line"], 1)
            self.assertGreater(error["where"]["column"], 1)

    def test_applies_undoes_and_applies_again_the_example(self):
        plan = os.path.join(PROJECT, "examples", "migrate", "operations.yaml")
        for database in self.each():
            before = picture(database)
            self.migrate(database, plan)
            applied = len(self.ids(database))
            self.assertGreaterEqual(applied, 9)
            after = {k: v for k, v in picture(database).items() if not k.startswith("rows")}
            self.rollback(database, plan, "--steps", str(applied))
            self.assertEqual([], differences(before, picture(database)))
            self.migrate(database, plan)
            again = {k: v for k, v in picture(database).items() if not k.startswith("rows")}
            self.assertEqual([], differences(after, again))


if __name__ == "__main__":
    unittest.main()
