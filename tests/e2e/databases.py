# SPDX-License-Identifier: Apache-2.0
"""The databases that an end-to-end test runs on: a fresh one for each test, looked at with the
database's own client, never through garboard."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
import urllib.parse
import uuid

# MySQL itself runs only where its server does; the others are required wherever servers are.
OPTIONAL = {"GARBOARD_TEST_MYSQL_URL"}
REQUIRED = os.environ.get("GARBOARD_TEST_REQUIRE_SERVERS") == "1"


def _server_url(variable):
    url = os.environ.get(variable)
    if url is None:
        if REQUIRED and variable not in OPTIONAL:
            raise AssertionError(f"{variable} is not set, and servers are required")
        raise unittest.SkipTest(f"{variable} is not set: no server to test on")
    return urllib.parse.urlsplit(url)


class Database:
    """A fresh database. `url` carries the password: for the environment, never for argv."""

    kind = ""

    def query(self, sql):
        """Rows of text, NULL as None where the client can tell."""
        raise NotImplementedError

    def scalar(self, sql):
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def drop(self):
        raise NotImplementedError


class Sqlite(Database):
    kind = "sqlite"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="garboard-e2e-")
        self.path = os.path.join(self.folder, "test.db")
        self.url = "sqlite:" + self.path

    def query(self, sql):
        connection = sqlite3.connect(self.path, timeout=10)
        try:
            rows = connection.execute(sql).fetchall()
            connection.commit()
            return [tuple(None if c is None else str(c) for c in row) for row in rows]
        finally:
            connection.close()

    def drop(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class _Server(Database):
    variable = ""
    live_options = ()  # of the client, so that it answers line by line

    def __init__(self):
        self.server = _server_url(self.variable)
        self.name = "e2e_" + uuid.uuid4().hex[:12]
        self.run(f"CREATE DATABASE {self.name}", self.server.path.lstrip("/"))
        self.url = self.server._replace(path="/" + self.name).geturl()

    def drop(self):
        self.run(f"DROP DATABASE IF EXISTS {self.name}", self.server.path.lstrip("/"))

    def query(self, sql):
        text = self.run(sql, self.name)
        return [tuple(line.split("\t")) for line in text.splitlines()]

    def run(self, sql, database):
        done = subprocess.run(self.command(database), input=sql, text=True, capture_output=True,
                              env=self.environment(), timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{self.kind} client: {done.stderr}")
        return done.stdout

    def open_client(self, test, **variables):
        """A client to speak to while others work; it ends with the test at the latest."""
        command = self.command(self.name)
        client = subprocess.Popen([*command[:2], *self.live_options, *command[2:]], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env={**self.environment(), **variables})
        test.addCleanup(client.communicate)
        test.addCleanup(client.kill)
        return client


class Postgres(_Server):
    kind = "postgres"
    variable = "GARBOARD_TEST_POSTGRES_URL"

    def command(self, database):
        return ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h",
                self.server.hostname, "-p", str(self.server.port), "-U", self.server.username,
                "-d", database]

    def environment(self):
        return {**os.environ, "PGPASSWORD": urllib.parse.unquote(self.server.password)}

    def drop(self):
        self.run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", self.server.path.lstrip("/"))


class Mariadb(_Server):
    kind = "mysql"
    variable = "GARBOARD_TEST_MARIADB_URL"
    live_options = ("--unbuffered",)

    def command(self, database):
        return ["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--protocol=tcp",
                "-h", self.server.hostname, "-P", str(self.server.port), "-u",
                self.server.username, database]

    def environment(self):
        return {**os.environ, "MYSQL_PWD": urllib.parse.unquote(self.server.password)}


class Mysql(Mariadb):
    variable = "GARBOARD_TEST_MYSQL_URL"


ALL = (Sqlite, Postgres, Mariadb, Mysql)
TRANSACTIONAL = (Sqlite, Postgres)
