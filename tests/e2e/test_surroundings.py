# SPDX-License-Identifier: Apache-2.0
"""Nothing but the settings decides where and how a migration runs: not the variables and files that
the client libraries read, and not what a hostile server asks for."""

import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import case  # noqa: E402
import databases  # noqa: E402

LIBPQ = {
    "PGHOST": "127.0.0.254", "PGHOSTADDR": "127.0.0.254", "PGPORT": "1", "PGUSER": "evil",
    "PGDATABASE": "evil", "PGPASSWORD": "canary-evil", "PGSERVICE": "evil",
    "PGOPTIONS": "-c search_path=evil -c timezone=Asia/Tokyo", "PGAPPNAME": "evil",
    "PGSSLMODE": "verify-full", "PGREQUIRESSL": "1", "PGSSLCERT": "/dev/null",
    "PGSSLROOTCERT": "/dev/null", "PGSSLCRL": "/dev/null", "PGREQUIREPEER": "evil",
    "PGGSSENCMODE": "require", "PGCONNECT_TIMEOUT": "1", "PGCLIENTENCODING": "SQL_ASCII",
    "PGTARGETSESSIONATTRS": "standby", "PGCHANNELBINDING": "require", "PGREQUIREAUTH": "none",
    "PGDATESTYLE": "German", "PGTZ": "Asia/Tokyo", "PGLOADBALANCEHOSTS": "random",
}
CONNECTOR = {
    "MYSQL_HOST": "127.0.0.254", "MYSQL_TCP_PORT": "1", "MYSQL_UNIX_PORT": "/nonexistent",
    "MYSQL_PWD": "canary-evil", "MYSQL_GROUP_SUFFIX": "_evil", "LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN": "1",
}
SEEN = {
    "postgres": "CREATE TABLE seen AS SELECT current_user::text AS a, current_database()::text AS b, "
                "current_setting('search_path') AS c, current_setting('timezone') AS d, "
                "current_setting('application_name') AS e, current_setting('datestyle') AS f, "
                "current_setting('client_encoding') AS g, inet_server_port() AS h",
    "mysql": "CREATE TABLE seen AS SELECT CURRENT_USER() AS a, DATABASE() AS b, @@sql_mode AS c, "
             "@@session.time_zone AS d, @@character_set_client AS e, @@port AS f",
}
OPTION_FILE = """[client]
user=evil
password=canary-evil
host=127.0.0.254
port=1
local-infile=1
init-command="CREATE TABLE evil (a int)"
plugin-dir={folder}
ssl-verify-server-cert=1
[client_evil]
user=evil
"""


class Poisoned(case.GarboardTest):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.folder.name, "home")
        os.mkdir(self.home)

    def put(self, name, text):
        path = pathlib.Path(self.home, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def seen(self, database, variables):
        """What a migration finds itself in, in such surroundings."""
        plan = self.plan([{"name": "look", "up": [{"sql": SEEN[database.kind]}],
                           "down": [{"sql": "DROP TABLE seen"}]}])
        environment = {**case.environment(database), "HOME": self.home, **variables}
        for command in ("migrate", "rollback"):
            done = subprocess.run([case.GARBOARD, command, "--plan", plan], env=environment,
                                  capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, f"{variables}: {done.stdout}{done.stderr}")
            if command == "migrate":
                rows = database.query("SELECT * FROM seen")
        return rows

    def refused(self, database, url, variables, code):
        environment = {**case.environment(database), "HOME": self.home, "DATABASE_URL": url, **variables}
        done = subprocess.run([case.GARBOARD, "history"], env=environment, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def test_the_variables_of_libpq_change_nothing(self):
        for database in self.each((databases.Postgres,)):
            clean = self.seen(database, {})
            services = self.put("services", "[evil]\nhost=127.0.0.254\nport=1\nuser=evil\n")
            for name, value in LIBPQ.items():
                self.assertEqual(self.seen(database, {name: value, "PGSERVICEFILE": services}), clean,
                                 name)
            self.assertEqual(self.seen(database, {**LIBPQ, "PGSERVICEFILE": services}), clean)

    def test_a_home_of_libpq_gives_nothing(self):
        for database in self.each((databases.Postgres,)):
            parts = database.server
            password = urllib.parse.unquote(parts.password)
            clean = self.seen(database, {})
            passwords = self.put(".pgpass", f"*:*:*:*:{password}\n")
            self.put(".pg_service.conf", "[evil]\nhost=127.0.0.254\n")
            for name in ("root.crt", "postgresql.crt", "postgresql.key", "root.crl"):
                self.put(f".postgresql/{name}", "no certificate\n")
            self.assertEqual(self.seen(database, {}), clean)
            bare = parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}",
                                  path="/" + database.name).geturl()
            self.refused(database, bare, {}, 21)
            self.refused(database, bare, {"PGPASSFILE": passwords, "PGPASSWORD": password}, 21)
            nobody = parts._replace(netloc=f"{parts.hostname}:{parts.port}",
                                    path="/" + database.name).geturl()
            self.refused(database, nobody, {"PGUSER": parts.username, "PGPASSWORD": password}, 21)

    def test_the_variables_and_files_of_mysqls_clients_change_nothing(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            clean = self.seen(database, {})
            for name in (".my.cnf", "my.cnf", ".mylogin.cnf"):
                self.put(name, OPTION_FILE.format(folder=self.home))
            homes = {"MYSQL_HOME": self.home, "MARIADB_HOME": self.home,
                     "MYSQL_TEST_LOGIN_FILE": os.path.join(self.home, ".mylogin.cnf")}
            self.assertEqual(self.seen(database, homes), clean)
            for name, value in CONNECTOR.items():
                self.assertEqual(self.seen(database, {name: value}), clean, name)
            parts = database.server
            bare = parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}",
                                  path="/" + database.name).geturl()
            self.refused(database, bare, {"MYSQL_PWD": urllib.parse.unquote(parts.password)}, 21)
            names = [row[0] for row in database.query("SHOW TABLES")]
            self.assertNotIn("evil", names)

    @unittest.skipUnless(shutil.which("cc"), "no C compiler to make a library with")
    def test_no_code_of_a_folder_in_the_environment_runs(self):
        mark = os.path.join(self.folder.name, "ran")
        source = self.put("evil.c", "#include <fcntl.h>\n__attribute__((constructor)) static void run"
                          f"(void) {{ (void)!open(\"{mark}\", O_CREAT | O_WRONLY, 0600); }}\n")
        for name in ("evil", "dialog", "mysql_clear_password", "caching_sha2_password",
                     "client_ed25519", "mysql_native_password"):
            library = os.path.join(self.home, f"{name}.so")
            if name == "evil":
                subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
            else:
                shutil.copy(os.path.join(self.home, "evil.so"), library)
        for database in self.each((databases.Mariadb, databases.Mysql)):
            self.seen(database, {"LIBMYSQL_PLUGINS": "evil;dialog", "MARIADB_PLUGIN_DIR": self.home,
                                 "LIBMYSQL_PLUGIN_DIR": self.home})
            self.assertFalse(os.path.exists(mark), "code was loaded from the environment's folder")


def read_packet(client):
    header = client.recv(4, socket.MSG_WAITALL)
    if len(header) < 4:
        return None, 0
    size = header[0] | header[1] << 8 | header[2] << 16
    return client.recv(size, socket.MSG_WAITALL) if size else b"", header[3]


def packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number & 255]) + body


class GreedyServer:
    """Speaks MySQL, lets everyone in, and answers every statement with: send me this file."""

    GREETING = (b"\x0a8.0.30\0" + struct.pack("<I", 7) + b"12345678\0" + b"\xff\xf7" + b"\x2d"
                + b"\x02\0" + b"\xff\x81" + b"\x15" + b"\0" * 10 + b"123456789012\0"
                + b"mysql_native_password\0")
    OK = b"\0\0\0\x02\0\0\0"

    def __init__(self, file):
        self.file = file
        self.asked = 0
        self.heard = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        self.listener.settimeout(60)
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                self.talk(client)

    def talk(self, client):
        client.sendall(packet(0, self.GREETING))
        _, number = read_packet(client)
        client.sendall(packet(number + 1, self.OK))
        while True:
            body, number = read_packet(client)
            if not body or body[0] == 1:
                return
            self.asked += 1
            client.sendall(packet(number + 1, b"\xfb" + self.file.encode()))
            answer, number = read_packet(client)
            while answer:
                self.heard += answer
                answer, number = read_packet(client)
            client.sendall(packet(number + 1, self.OK))

    def close(self):
        self.listener.close()


class HostileServer(case.GarboardTest):
    def test_no_file_is_sent_to_a_server_that_asks_for_it(self):
        secret = os.path.join(self.folder.name, "secret")
        pathlib.Path(secret).write_text("canary-file\n")
        plan = self.plan([{"name": "one", "up": [{"sql": "CREATE TABLE one (a integer)"}]},
                          {"name": "load", "up": [{"sql": f"LOAD DATA LOCAL INFILE '{secret}' INTO TABLE one"}]}])
        for file in ("/etc/passwd", secret):
            for command in (["history"], ["status", "--plan", plan], ["migrate", "--plan", plan]):
                server = GreedyServer(file)
                self.addCleanup(server.close)
                environment = {**{k: v for k, v in os.environ.items() if not k.startswith("GARBOARD_")},
                               "DATABASE_URL": f"mysql://u:canary-pw@127.0.0.1:{server.port}/d"}
                done = subprocess.run([case.GARBOARD, *command], env=environment, capture_output=True,
                                      text=True, timeout=60)
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertGreater(server.asked, 0, done.stderr)
                self.assertEqual(server.heard, b"", done.stderr)
                self.assertNotIn("canary-pw", done.stdout + done.stderr)

    def test_a_statement_of_a_plan_loads_no_file_of_this_machine(self):
        for database in self.each((databases.Mariadb, databases.Mysql)):
            secret = os.path.join(self.folder.name, "secret")
            pathlib.Path(secret).write_text("canary-file\n")
            self.migrate(database, self.plan([{"name": "one", "up": [{"sql": "CREATE TABLE one (a text)"}]}]))
            plan = self.plan([{"name": "one", "up": [{"sql": "CREATE TABLE one (a text)"}]},
                              {"name": "load",
                               "up": [{"sql": f"LOAD DATA LOCAL INFILE '{secret}' INTO TABLE one"}]}])
            self.migrate(database, plan, code=30)
            self.assertEqual(database.scalar("SELECT count(*) FROM one"), "0")


if __name__ == "__main__":
    unittest.main()
