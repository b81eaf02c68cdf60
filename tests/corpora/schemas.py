# SPDX-License-Identifier: Apache-2.0
"""For each database: applying a file as its own client does, and what the schema then is."""
import os
import re
import sqlite3
import subprocess

OWN = "garboard_migrations"


class Failure(Exception):
    """A command that should have worked did not; the text says which and what it printed."""


def called(command, env=None, feed=None):
    done = subprocess.run(command, env={**os.environ, **(env or {})}, input=feed,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        raise Failure(f"{os.path.basename(str(command[0]))}: exit {done.returncode}\n{said[:4000]}")
    return done.stdout.decode("utf-8", "replace")


def counts(names, ask):
    """How many rows each table has, after its schema: lost data shows too."""
    return [f"{name}: {ask(name)} rows" for name in sorted(names) if not name.startswith(OWN)]


class Postgres:
    def __init__(self, server):
        self.server = server

    def apply(self, place, path, setup):
        self.psql(place, "-v", "ON_ERROR_STOP=1", "-f", path)

    def psql(self, place, *arguments):
        parts = place.parts
        return called(["psql", "-qAtX", "-h", parts.hostname, "-p", str(parts.port),
                       "-U", parts.username, "-d", place.name, *arguments], self.server.env)

    def schema(self, place):
        parts = place.parts
        text = called(["pg_dump", "-s", "--no-comments", "--no-owner", "--no-privileges",
                       "-T", f"*.{OWN}*", "-h", parts.hostname, "-p", str(parts.port),
                       "-U", parts.username, "-d", place.name], self.server.env)
        # Newer versions write \restrict with a random key.
        lines = [line for line in text.splitlines()
                 if line and not re.match(r"--|\\(un)?restrict ", line)]
        names = self.psql(place, "-c", "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                          " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                          f" AND tablename NOT LIKE '{OWN}%'").split("\n")
        ask = lambda name: self.psql(place, "-c", f"SELECT count(*) FROM {name}").strip()
        return lines + counts(filter(None, names), ask)


class MySql:
    def __init__(self, server):
        self.server = server

    def mariadb(self, place, *arguments, feed=None):
        parts = place.parts
        # A stored program keeps the character set of the connection that made it: take garboard's.
        return called(["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-N", "-h", parts.hostname,
                       "-P", str(parts.port), "-u", parts.username, *arguments, place.name],
                      self.server.env, feed)

    def apply(self, place, path, setup):
        self.mariadb(place, *([f"--init-command={setup}"] if setup else []), feed=path.read_bytes())

    def schema(self, place):
        parts = place.parts
        text = called(["mariadb-dump", "--no-defaults", "-d", "--skip-dump-date", "--skip-comments",
                       "--routines", "--events", "--triggers",
                       f"--ignore-table={place.name}.{OWN}",
                       f"--ignore-table={place.name}.{OWN}_journal",
                       f"--ignore-table={place.name}.{OWN}_log",
                       "-h", parts.hostname, "-P", str(parts.port), "-u", parts.username,
                       place.name], self.server.env)
        text = re.sub(r" AUTO_INCREMENT=\d+|DEFINER=`[^`]*`@`[^`]*`", "", text)
        names = self.mariadb(place, "-e", "SELECT table_name FROM information_schema.tables WHERE"
                             " table_schema = database() AND table_type = 'BASE TABLE'").split()
        ask = lambda name: self.mariadb(place, "-e", f"SELECT count(*) FROM `{name}`").strip()
        return text.replace(place.name, "<database>").splitlines() + counts(names, ask)


class Sqlite:
    def apply(self, place, path, setup):
        called(["sqlite3", "-bail", place.path], feed=path.read_bytes())

    def schema(self, place):
        with sqlite3.connect(f"file:{place.path}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
                                    f" AND tbl_name NOT LIKE '{OWN}%' ORDER BY type, name").fetchall()
            names = [name for kind, name, _ in rows if kind == "table"]
            ask = lambda name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            return [line for _, _, sql in rows for line in sql.splitlines()] + counts(names, ask)
