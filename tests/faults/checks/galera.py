# SPDX-License-Identifier: Apache-2.0
"""Starts two nodes of a Galera cluster and runs garboard on either. Locks do not reach from one node
to the other, so both must refuse, with exit code 25, having written nothing.

Broken: another exit code, or a table of garboard on either node."""

import os
import shutil
import subprocess
import tempfile
import time

import databases
from pgbouncer import free_port

PROVIDER = "/usr/lib/galera/libgalera_smm.so"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
PASSWORD = "canary-p4ss"
INIT = (f"CREATE USER 'garboard'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; "
        "GRANT ALL ON *.* TO 'garboard'@'127.0.0.1'; CREATE DATABASE IF NOT EXISTS garboard;")


class Node(databases.Mariadb):
    """One node; `url` leads to a database that all nodes share."""

    def __init__(self, folder, name, cluster):  # pylint: disable=super-init-not-called
        self.folder = os.path.join(folder, name)
        self.port, self.galera_port = free_port(), free_port()
        self.url = f"mysql://garboard:{PASSWORD}@127.0.0.1:{self.port}/garboard"
        self.server = databases.urllib.parse.urlsplit(self.url)
        self.name = "garboard"
        self.log = os.path.join(folder, name + ".log")
        self.process = self._start(name, cluster)

    def _start(self, name, cluster):
        account = ["mysql"] if os.getuid() == 0 else []
        user = [f"--user={account[0]}"] if account else []
        install = shutil.which("mariadb-install-db", path=PATH)
        os.makedirs(self.folder)
        subprocess.run([install, "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db",
                        "--auth-root-authentication-method=normal", *user], check=True,
                       capture_output=True, cwd="/")
        init = os.path.join(self.folder, "init.sql")
        with open(init, "w", encoding="utf-8") as file:
            file.write(INIT.replace("; ", ";\n"))
        if account:
            shutil.chown(self.folder, account[0])
        options = [
            "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.folder}/socket",
            f"--pid-file={self.folder}/pid", "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-ssl",
            "--skip-name-resolve", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
            "--innodb-flush-log-at-trx-commit=0", "--wsrep-on=ON", f"--wsrep-provider={PROVIDER}",
            f"--wsrep-cluster-address=gcomm://{cluster}", "--wsrep-cluster-name=garboard-faults",
            f"--wsrep-node-name={name}", f"--wsrep-node-address=127.0.0.1:{self.galera_port}",
            "--wsrep-sst-method=rsync", f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
            f"--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{self.galera_port};"
            f"ist.recv_addr=127.0.0.1:{free_port()};gcache.size=16M", *user]
        if not cluster:
            options += ["--wsrep-new-cluster", f"--init-file={init}"]
        with open(self.log, "wb") as log:
            return subprocess.Popen([shutil.which("mariadbd", path=PATH), *options], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, cwd="/", env={**os.environ, "PATH": PATH})

    def wait(self, nodes):
        """Until it is in a cluster of so many nodes and takes queries."""
        deadline = time.monotonic() + 120
        wanted = [("wsrep_cluster_size", str(nodes)), ("wsrep_ready", "ON")]
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                found = self.query("SHOW STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_size')")
                if sorted(found) == wanted:
                    return
            except AssertionError:
                pass
            time.sleep(0.3)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            lines = [line for line in log if "[ERROR]" in line or "WSREP_SST" in line]
            raise AssertionError(f"a node does not start: {''.join(lines)}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def missing():
    if not os.path.exists(PROVIDER):
        return "galera-4 is not installed"
    for program in ("mariadbd", "mariadb-install-db", "rsync", "wsrep_sst_rsync"):
        if shutil.which(program, path=PATH) is None:
            return f"{program} is not installed, which is in mariadb-server"
    return ""


def refuses(context, node):
    ended = context.garboard.run(node.url)
    found = ended.problems(wanted=25)
    tables = node.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'garboard'")
    return found + [f"{row[0]} was made" for row in tables]


def run(context):
    if "mariadb" not in context.kinds:
        return []
    if reason := missing():
        return [context.skipped("galera", reason)]
    folder = tempfile.mkdtemp(prefix="gb-galera-", dir="/tmp")
    os.chmod(folder, 0o755)
    nodes = []
    try:
        nodes.append(Node(folder, "one", ""))
        nodes[0].wait(1)
        nodes.append(Node(folder, "two", f"127.0.0.1:{nodes[0].galera_port}"))
        for node in reversed(nodes):  # the log of the one that joins says why it does not
            node.wait(2)
        return [context.each("galera", nodes, lambda node: refuses(context, node))]
    finally:
        for node in reversed(nodes):
            node.stop()
        shutil.rmtree(folder, ignore_errors=True)
