# SPDX-License-Identifier: Apache-2.0
"""Garboard, dbmate and Knex on the same plain SQL, for `scorecard`: how each is started, what it
takes for a migration, and how its database is judged."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

import workload
from subjects import Tool, kind_of

# last, since another `databases` lives there
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import node_tools  # noqa: E402

# every statement that changes rows says so in `audit`, which no key protects from saying it twice
PLAN = {
    "0001_base": ["CREATE TABLE audit (n INTEGER)", "INSERT INTO audit VALUES (1)",
                  "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL, owner VARCHAR(40))",
                  "INSERT INTO audit VALUES (2)"],
    "0002_rows": ["INSERT INTO accounts VALUES (1, 100, 'ann'), (2, 200, 'bob'), (3, 300, 'cy')",
                  "INSERT INTO audit VALUES (3)"],
    "0003_interest": ["UPDATE accounts SET balance = balance * 2 + id", "INSERT INTO audit VALUES (4)",
                      "UPDATE accounts SET balance = balance + 7 WHERE id <> 2", "INSERT INTO audit VALUES (5)"],
    "0004_level": ["ALTER TABLE accounts ADD COLUMN level INTEGER DEFAULT 1",
                   "UPDATE accounts SET level = level * 3 + id", "INSERT INTO audit VALUES (6)",
                   "CREATE INDEX accounts_level ON accounts (level)", "INSERT INTO audit VALUES (7)"],
    "0005_teams": ["CREATE TABLE teams (id INTEGER PRIMARY KEY, title VARCHAR(40))",
                   "INSERT INTO teams VALUES (1, 'red'), (2, 'blue')", "INSERT INTO audit VALUES (8)",
                   "ALTER TABLE accounts ADD COLUMN team_id INTEGER",
                   "UPDATE accounts SET team_id = 1 + id % 2, balance = balance + 1",
                   "INSERT INTO audit VALUES (9)"],
    "0006_view": ["CREATE VIEW rich AS SELECT id, balance FROM accounts WHERE balance > 300"],
    "0007_last": ["CREATE TABLE scratch (n INTEGER)", "INSERT INTO scratch VALUES (1)", "DROP TABLE scratch",
                  "UPDATE accounts SET balance = balance - id * 5", "INSERT INTO audit VALUES (10)"],
}


COLUMNS = {
    "sqlite": "SELECT 'column', m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c "
              "UNION ALL SELECT 'index', tbl_name, name, '' FROM sqlite_schema WHERE type = 'index'",
    "postgres": "SELECT 'column', table_name, column_name, data_type FROM information_schema.columns WHERE "
                "table_schema = 'public' UNION ALL SELECT 'index', tablename, indexname, '' FROM pg_indexes "
                "WHERE schemaname = 'public'",
    "mysql": "SELECT 'column', table_name, column_name, column_type FROM information_schema.columns WHERE "
             "table_schema = DATABASE() UNION ALL SELECT 'index', table_name, index_name, column_name "
             "FROM information_schema.statistics WHERE table_schema = DATABASE()"}


def looking_at(kind):
    """One query for everything that PLAN makes, so that looking costs little beside the trial."""
    text = workload.text_type(kind)
    rows = [f"SELECT 'row', 'audit', CAST(n AS {text}), '' FROM audit"]
    for table, columns in (("accounts", ("balance", "level", "team_id")), ("teams", ("title",)),
                           ("rich", ("balance",))):
        rows += [f"SELECT 'row', '{table}.{column}', CAST(id AS {text}), CAST({column} AS {text}) FROM {table}"
                 for column in columns]
    return " UNION ALL ".join([*rows, COLUMNS[kind]])


def sql_of(statements):
    return "".join(statement + ";\n" for statement in statements)


class PlainTool(Tool):
    """A tool with a folder of its own in which `migrations`, from name to statements, are files."""

    def __init__(self, migrations=None):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="garboard-peers-")
        os.mkdir(self.files)
        for name, statements in (PLAN if migrations is None else migrations).items():
            self.put(name, statements)

    @property
    def files(self):
        return os.path.join(self.folder.name, "migrations")

    def write(self, name, text):
        """A migration's file, as it is."""
        with open(os.path.join(self.files, name + self.ending), "w", encoding="utf-8") as file:
            file.write(text)

    def list_files(self):
        """For a tool that wants a list of its files."""

    def history(self, database):
        """The names of what the tool says is applied."""
        return [row[0] for row in database.query(self.applied)]

    def problems(self, database):
        try:
            differs = workload.introspection.differences(self.learn(type(database)), self.picture(database))
            left = workload.leftovers(database)
        except Exception as error:  # a table that is missing
            return [f"the database cannot be looked at: {error}"]
        return left + differs

    def picture(self, database):
        """All rows and the structure, and the names of what was applied, without their times."""
        rows = sorted(database.query(looking_at(database.kind)))
        return {"database": [row for row in rows if self.own not in row[1]], "history": self.history(database)}

    def popen(self, command, more_environment):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_"))}
        return subprocess.Popen(command, cwd=self.folder.name, env={**kept, **more_environment}, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Garboard(PlainTool):
    name = "Garboard"
    ending = ".sql"
    own = "garboard_"
    applied = "SELECT id FROM garboard_migrations WHERE state = 'applied' ORDER BY ordinal"
    empty = ""

    def __init__(self, program, migrations=None):
        self.program = os.path.abspath(program)
        super().__init__(migrations)

    def again(self, migrations):
        return Garboard(self.program, migrations)

    def version(self):
        return subprocess.run([self.program, "--version"], capture_output=True, text=True,
                              check=True).stdout.strip().split("\n")[0]

    def put(self, name, statements):
        self.write(name, sql_of(statements))
        self.list_files()

    def list_files(self):
        names = sorted(file for file in os.listdir(self.files))
        with open(os.path.join(self.folder.name, "plan.json"), "w", encoding="utf-8") as file:
            json.dump({"version": 1, "migrations": [
                {"id": os.path.splitext(name)[0], "up": [{"file": "migrations/" + name}]}
                for name in names]}, file)

    def start(self, url):
        return self.popen([self.program, "migrate", "--plan", "plan.json"], {"DATABASE_URL": url})

    def log_in(self, database, user, password):
        return self.popen([self.program, "migrate", "--plan", "plan.json"], {
            "DB_TYPE": "postgres", "DB_HOST": database.server.hostname, "DB_PORT": str(database.server.port),
            "DB_USER": user, "DB_PASSWORD": password, "DB_NAME": database.name})


class Dbmate(PlainTool):
    name = "dbmate"
    ending = ".sql"
    own = "schema_migrations"
    applied = "SELECT version FROM schema_migrations ORDER BY version"
    empty = "-- migrate:up\n"

    def again(self, migrations):
        return Dbmate(migrations)

    @staticmethod
    def program():
        """The program itself, not the script around it, so that signals arrive."""
        package = node_tools.folder() / "node_modules" / "@dbmate"
        return str(next(package.glob("*/bin/dbmate")))

    def version(self):
        return subprocess.run([self.program(), "--version"], capture_output=True, text=True,
                              check=True).stdout.strip()

    def put(self, name, statements):
        self.write(name, "-- migrate:up\n" + sql_of(statements) + "\n-- migrate:down\n")

    def start(self, url):
        if kind_of(url) == "postgres" and "sslmode" not in url:
            url += "?sslmode=disable"
        url = url.replace("?ssl-mode=disabled", "")  # not a word of its client
        return self.popen([self.program(), "--no-dump-schema", "--migrations-dir", self.files, "migrate"],
                          {"DATABASE_URL": url})

    def log_in(self, database, user, password):
        """It takes a URL only."""
        return self.start(f"postgres://{user}:{password}@{database.server.hostname}:"
                          f"{database.server.port}/{database.name}?sslmode=disable")


class Knex(PlainTool):
    name = "Knex"
    ending = ".js"
    own = "knex_migrations"
    applied = "SELECT name FROM knex_migrations ORDER BY name"
    empty = ""

    def __init__(self, migrations=None):
        super().__init__(migrations)
        os.symlink(node_tools.folder() / "node_modules", os.path.join(self.folder.name, "node_modules"))
        with open(os.path.join(self.folder.name, "knexfile.js"), "w", encoding="utf-8") as file:
            file.write("module.exports = {client: process.env.CLIENT, connection: "
                       "JSON.parse(process.env.CONNECTION), migrations: {directory: './migrations'}};\n")

    def again(self, migrations):
        return Knex(migrations)

    @staticmethod
    def version():
        with open(node_tools.folder() / "node_modules" / "knex" / "package.json", encoding="utf-8") as file:
            return "Knex " + json.load(file)["version"]

    def put(self, name, statements):
        raws = "".join(f"  await knex.raw({json.dumps(statement)});\n" for statement in statements)
        self.write(name, f"exports.up = async (knex) => {{\n{raws}}};\nexports.down = async () => {{}};\n")

    def problems(self, database):
        found = super().problems(database)
        try:
            if any(row[0] != "0" for row in database.query("SELECT is_locked FROM knex_migrations_lock")):
                found.append("its lock is held")
        except AssertionError as error:
            found.append(str(error))
        return found

    def start(self, url):
        parts = urllib.parse.urlsplit(url)
        connection = {"host": parts.hostname, "port": parts.port, "user": parts.username,
                      "password": urllib.parse.unquote(parts.password), "database": parts.path.lstrip("/")}
        return self.start_with(kind_of(url), connection)

    def start_with(self, kind, connection):
        # the program itself, not a shell around it, so that signals arrive
        return self.popen(["node", os.path.join("node_modules", "knex", "bin", "cli.js"), "migrate:latest"],
                          {"CLIENT": {"postgres": "pg", "mysql": "mysql2"}[kind],
                           "CONNECTION": json.dumps(connection)})

    def log_in(self, database, user, password):
        return self.start_with("postgres", {
            "host": database.server.hostname, "port": database.server.port, "user": user,
            "password": password, "database": database.name})
