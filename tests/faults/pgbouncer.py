# SPDX-License-Identifier: Apache-2.0
"""A PgBouncer of our own in transaction mode, before the PostgreSQL server of the tests."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

PROGRAM = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class PgBouncer:
    """Ends with the `with` block. `url(url)` leads to the same database through it."""

    def __init__(self, server_url):
        self.server = urllib.parse.urlsplit(server_url)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="garboard-pgbouncer-")
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        users = self._write("users", f'"{self.server.username}" '
                                     f'"{urllib.parse.unquote(self.server.password)}"\n')
        config = self._write("ini", "\n".join([
            "[databases]", f"* = host={self.server.hostname} port={self.server.port}", "[pgbouncer]",
            "listen_addr = 127.0.0.1", f"listen_port = {self.port}", "unix_socket_dir =",
            "pool_mode = transaction", "auth_type = scram-sha-256", f"auth_file = {users}",
            "max_client_conn = 500", "default_pool_size = 20", "server_idle_timeout = 5", ""]))
        account = ["-u", "nobody"] if os.getuid() == 0 else []
        self.process = subprocess.Popen([PROGRAM, *account, config], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        return self

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if os.getuid() == 0:
            shutil.chown(path, "nobody")
        os.chmod(path, 0o600)
        return path

    def _wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("PgBouncer does not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, url):
        parts = urllib.parse.urlsplit(url)
        user = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{user}@127.0.0.1:{self.port}").geturl()
