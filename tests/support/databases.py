# SPDX-License-Identifier: Apache-2.0
"""Databases for scripts: private servers, fresh databases on them, counted connections."""
import contextlib
import itertools
import os
import pathlib
import subprocess
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
SERVERS = HERE / "servers"
NAMES = ["postgres", "mysql", "sqlite"]


class Counter:
    """A place reached through the proxy, and afterwards how many round trips went through it."""

    def __init__(self, place):
        self.place = place
        self.round_trips = None


class ServerPlace:
    """One database on a server, named by its URL. Passwords go by environment, never by argv."""

    def __init__(self, url):
        self.url = url
        self.parts = urllib.parse.urlsplit(url)
        self.name = self.parts.path.lstrip("/")

    def garboard_env(self):
        return {"DATABASE_URL": self.url}

    def client_env(self):
        parts = self.parts
        return {"BENCH_URL": self.url, "BENCH_HOST": parts.hostname, "BENCH_PORT": str(parts.port),
                "BENCH_USER": parts.username, "BENCH_PASSWORD": parts.password,
                "BENCH_DATABASE": self.name}

    @contextlib.contextmanager
    def counted(self):
        proxy = subprocess.Popen(
            [sys.executable, HERE / "counting_proxy.py", self.parts.hostname, str(self.parts.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            port = proxy.stdout.readline().strip()
            place = ServerPlace(self.url.replace(f":{self.parts.port}/", f":{port}/"))
            counter = Counter(place)
            yield counter
        finally:
            said, _ = proxy.communicate()
        counter.round_trips = int(said)


class FilePlace:
    """One SQLite file."""

    def __init__(self, path):
        self.path = path

    def garboard_env(self):
        return {"DATABASE_URL": f"sqlite://{self.path}"}

    def client_env(self):
        return {"BENCH_FILE": str(self.path)}

    @contextlib.contextmanager
    def counted(self):
        yield Counter(self)


class Server:
    """A server, and how to make and drop databases on it with its own command-line client."""

    def __init__(self, name, package, url, client, env, version_query):
        self.name = name
        self.package = package
        self.place = ServerPlace(url)
        self.client = client
        self.env = env
        self.version_query = version_query
        self.numbers = itertools.count(1)

    def ask(self, sql):
        return subprocess.run([*self.client, sql], env={**os.environ, **self.env}, check=True,
                              capture_output=True, text=True).stdout.strip()

    def title(self):
        return f"{self.name}: {self.ask(self.version_query)}"

    def create(self):
        name = f"garboard_{os.getpid()}_{next(self.numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return ServerPlace(self.place.url.rsplit("/", 1)[0] + "/" + name)

    def drop(self, place):
        self.ask(f"DROP DATABASE {place.name}")


class Sqlite:
    name = "sqlite"
    package = "sqlite3"

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    def title(self):
        said = subprocess.run(["pkg-config", "--modversion", "sqlite3"], check=True,
                              capture_output=True, text=True).stdout.strip()
        return f"sqlite: {said}"

    def create(self):
        return FilePlace(self.folder / f"garboard_{next(self.numbers)}.db")

    def drop(self, place):
        for suffix in ("", "-wal", "-shm", "-journal"):
            pathlib.Path(f"{place.path}{suffix}").unlink(missing_ok=True)


def postgres(url):
    parts = urllib.parse.urlsplit(url)
    client = ["psql", "-qAtX", "-h", parts.hostname, "-p", str(parts.port), "-U", parts.username,
              "-d", parts.path.lstrip("/"), "-c"]
    return Server("postgres", "libpq", url, client, {"PGPASSWORD": parts.password},
                  "SELECT split_part(version(), ' on ', 1)")


def mysql(url):
    parts = urllib.parse.urlsplit(url)
    client = ["mariadb", "--no-defaults", "-N", "-h", parts.hostname, "-P", str(parts.port),
              "-u", parts.username, "-e"]
    return Server("mysql", "libmariadb", url, client, {"MYSQL_PWD": parts.password},
                  "SELECT version()")


def exported(text):
    """The variables that `servers start` prints."""
    lines = [line.removeprefix("export ") for line in text.splitlines() if line.startswith("export ")]
    return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}


@contextlib.contextmanager
def opened(name, work, mysql_url_env=None):
    """The database of that name, for as long as the block lasts."""
    if name == "sqlite":
        yield Sqlite(work)
        return
    if name == "mysql" and mysql_url_env:
        yield mysql(os.environ[mysql_url_env])
        return
    folder = work / f"{name}-server"
    server = {"postgres": "postgres", "mysql": "mariadb"}[name]
    os.chmod(work, 0o755)
    try:
        said = subprocess.run([SERVERS, "start", folder, "--only", server, "--with", str(os.getpid())],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        env = exported(said)
        yield (postgres if name == "postgres" else mysql)(env[f"GARBOARD_TEST_{server.upper()}_URL"])
    finally:
        subprocess.run([SERVERS, "stop", folder], check=False)
