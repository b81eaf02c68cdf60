# SPDX-License-Identifier: Apache-2.0
"""The images at work: against the servers, with a root that cannot be written to, as their user."""

import contextlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

from images_case import ImagesCase
from image import PROJECT

sys.path.insert(0, os.path.join(PROJECT, "tests", "e2e"))
import databases  # noqa: E402

USER = 65532
POSTGRES = ("postgres", "postgres-gssapi", "full")
MYSQL = ("mysql", "full")
SQLITE = ("sqlite", "full")
PLAN = {"version": 1, "migrations": [
    {"id": "0001", "up": [{"sql": "CREATE TABLE t_one (x INT);"}], "down": [{"sql": "DROP TABLE t_one;"}]},
    {"id": "0002", "up": [{"sql": "CREATE TABLE t_two (x INT);"}], "down": [{"sql": "DROP TABLE t_two;"}]}]}
SIGNED = "/C=XX/O=Garboard tests/CN=localhost"


@contextlib.contextmanager
def https_server(folder):
    """(port, list of received requests) of a server on localhost, whose authority is folder/ca.pem."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", SIGNED,
                    "-addext", "subjectAltName=DNS:hooks.test", "-keyout", folder + "/key.pem",
                    "-out", folder + "/ca.pem"], check=True, capture_output=True)
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/ca.pem", folder + "/key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], received
    finally:
        server.shutdown()
        server.server_close()


class Runs(ImagesCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="garboard-runs-"))
        os.chmod(self.folder, 0o755)
        self.write("plan.json", json.dumps(PLAN))
        self.write("hosts", "127.0.0.1 localhost database.test hooks.test\n")
        # as kubelet makes it: everybody may write
        os.chmod(self.write("termination-log", ""), 0o666)
        self.data = self.folder + "/data"
        os.mkdir(self.data)
        os.chown(self.data, USER, USER)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def garboard(self, container, url, *arguments, code=0, environment=None):
        mounts = [(self.folder + "/plan.json", "/migrations/plan.json", "ro"),
                  (self.folder + "/hosts", "/etc/hosts", "ro"),
                  (self.folder + "/termination-log", "/dev/termination-log", "rw"),
                  (self.data, "/data", "rw")]
        mounts += [(os.path.join(self.folder, name), "/config/" + name, "ro")
                   for name in ("hooks.json", "ca.pem") if os.path.exists(os.path.join(self.folder, name))]
        done = container.run(*arguments, mounts=mounts, environment={
            "GARBOARD_PLAN": "/migrations/plan.json", "DATABASE_URL": url, **(environment or {})})
        self.assertEqual(done.returncode, code, done.stdout)
        self.assertNotIn("canary", done.stdout)
        return done.stdout

    def forward_and_back(self, container, url):
        self.garboard(container, url, "migrate")
        self.assertRegex(self.garboard(container, url, "status", "--exit-code"), "0002")
        self.garboard(container, url, "rollback", "--to", "0001")
        self.garboard(container, url, "status", "--exit-code", code=3)
        self.garboard(container, url, "migrate")

    def on_server(self, kind, targets, hosts, question=""):
        """A round on a fresh database under each name of the server."""
        for target, container in self.containers(*targets):
            for host in hosts:
                with self.subTest(target, host=host):
                    database = kind()
                    self.addCleanup(database.drop)
                    url = database.url.replace("127.0.0.1", host) + question
                    self.forward_and_back(container, url)
                    self.assertEqual(database.scalar("SELECT count(*) FROM garboard_migrations"), "2")

    def test_the_root_cannot_be_written_to(self):
        for _, container in self.containers():
            done = container.run("/tmp/x", program=["/usr/bin/garboard", "plugins", "lock"])
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stdout, "[Rr]ead-only")

    def test_sqlite_on_a_volume(self):
        for target, container in self.containers(*SQLITE):
            with self.subTest(target):
                self.forward_and_back(container, f"sqlite:/data/{target}.db")
                self.assertEqual(os.stat(f"{self.data}/{target}.db").st_uid, USER)

    def test_postgres_by_address_and_by_name(self):
        self.on_server(databases.Postgres, POSTGRES, ("127.0.0.1", "localhost"))
        self.on_server(databases.Postgres, POSTGRES, ("database.test",), "?sslmode=require")

    def test_mariadb_by_address_and_by_name(self):
        self.on_server(databases.Mariadb, MYSQL, ("127.0.0.1", "localhost"))
        self.on_server(databases.Mariadb, MYSQL, ("database.test",), "?ssl-mode=required")

    def test_mysql_with_its_way_to_prove_a_password(self):
        self.on_server(databases.Mysql, MYSQL, ("127.0.0.1",))

    def test_a_failure_is_in_the_termination_message(self):
        for target, container in self.containers(*SQLITE):
            with self.subTest(target):
                broken = {"version": 1, "migrations": [{"id": "1", "up": [{"sql": "CREATE TABLE;"}]}]}
                self.write("plan.json", json.dumps(broken))
                self.garboard(container, "sqlite:/data/broken.db", "migrate", code=30)
                with open(self.folder + "/termination-log", encoding="utf-8") as log:
                    self.assertEqual(json.load(log)["code"], 30)

    def test_a_driver_that_is_not_there_is_named(self):
        for target, container in self.containers("mysql"):
            with self.subTest(target):
                out = self.garboard(container, "postgres://u@database.test/d", "migrate", code=23)
                self.assertIn("garboard-driver-postgres.so", out)

    def test_hooks_reach_the_world_by_https(self):
        with https_server(self.folder) as (port, received):
            self.write("hooks.json", json.dumps({"version": 1, "hooks": [
                {"name": "notify", "required": True, "env": ["URL", "SSL_CERT_FILE"], "config": {
                    "required": True, "targets": [{"kind": "webhook", "urlEnv": "URL"}]}}]}))
            hooks = {"GARBOARD_HOOKS": "/config/hooks.json", "URL": f"https://hooks.test:{port}/"}
            for target, container in self.containers(*SQLITE):
                with self.subTest(target):
                    trusted = {**hooks, "SSL_CERT_FILE": "/config/ca.pem"}
                    self.garboard(container, f"sqlite:/data/{target}-1.db", "migrate", environment=trusted)
                    self.assertEqual(received.pop()["type"].split(".")[-2:], ["run", "succeeded"])
                    # the image's own authorities do not know this one
                    out = self.garboard(container, f"sqlite:/data/{target}-2.db", "migrate", code=23,
                                        environment=hooks)
                    self.assertRegex(out, "certificate")

    def test_the_policy_reads_postgres_by_its_grammar(self):
        plan = {"version": 1, "migrations": [{"id": "1", "up": [{"sql": "DROP TABLE a;"}]}]}
        self.write("plan.json", json.dumps(plan))
        self.write("hooks.json", json.dumps({"version": 1, "hooks": [{"name": "policy", "config": {}}]}))
        for target, container in self.containers(*POSTGRES):
            with self.subTest(target):
                out = self.garboard(container, "", "lint", "--database", "postgres", code=35,
                                    environment={"GARBOARD_HOOKS": "/config/hooks.json"})
                self.assertIn("GEN201", out)
                self.assertNotIn("GEN207", out, "the parser is not there")


if __name__ == "__main__":
    unittest.main()
