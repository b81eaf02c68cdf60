# SPDX-License-Identifier: Apache-2.0
"""A server that is not on this machine has to prove who it is. Real servers with a certificate of an
authority made here, reached through the machine's own address on the network."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(1, os.path.join(sys.path[0], "..", "support"))
import case  # noqa: E402
import databases  # noqa: E402
from relay import Relay  # noqa: E402

SERVERS = pathlib.Path(case.PROJECT, "tests/support/servers")
PASSWORD = "canary-p4ss"


def own_address():
    """An address of this machine that is not the loopback's; no packet is sent to find it."""
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))
                return probe.getsockname()[0]
            except OSError:
                continue
    for name in subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split():
        return name
    return None


class Certificates:
    """An authority and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        self.authority("ca")
        self.authority("other-ca")

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")

    def sign(self, name, alternative):
        """A certificate for `alternative`, such as IP:192.0.2.2, under the folder `name`."""
        os.mkdir(self.path(name))
        key, request, certificate = (f"{name}/server.{end}" for end in ("key", "csr", "crt"))
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=database", "-keyout",
                     key, "-out", request)
        pathlib.Path(self.path(f"{name}/names")).write_text(f"subjectAltName={alternative}\n")
        self.openssl("x509", "-req", "-in", request, "-CA", "ca.crt", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "2", "-extfile", f"{name}/names", "-out",
                     certificate)
        return self.path(name)


class TlsTest(case.GarboardTest):
    """The same checks for each driver; what differs is how its parameters are called."""

    only = ca_parameter = mode_parameter = ""
    encrypt = disable = ""
    plain_variable = ""

    @classmethod
    def setUpClass(cls):
        if not cls.only:
            raise unittest.SkipTest("the checks; the drivers are below")
        cls.address = own_address()
        if cls.address is None:
            if databases.REQUIRED:
                raise AssertionError("this machine has no address but the loopback's")
            raise unittest.SkipTest("this machine has no address but the loopback's")
        cls.work = tempfile.mkdtemp(prefix="gb-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        os.chmod(cls.work, 0o755)
        cls.certificates = Certificates(cls.work)
        cls.right = cls.certificates.sign("right", f"IP:{cls.address}")
        cls.wrong = cls.certificates.sign("wrong", "DNS:db.example.org")
        cls.servers = os.path.join(cls.work, "s")
        cls.addClassCleanup(subprocess.run, [SERVERS, "stop", cls.servers], check=False)
        said = subprocess.run(
            [SERVERS, "start", cls.servers, "--fast", "--only", cls.only, "--tls", cls.right, "--with",
             str(os.getpid())], check=True, stdout=subprocess.PIPE, text=True).stdout
        cls.url = next(line for line in said.splitlines() if "_URL=" in line).split("'")[1]
        server = ("127.0.0.1", urllib.parse.urlsplit(cls.url).port)
        cls.relay = Relay(server, cls.address).open()
        cls.addClassCleanup(cls.relay.close)

    def show(self, certificate):
        """The server shows this certificate from now on."""
        for name in ("server.crt", "server.key"):
            target = os.path.join(self.servers, self.only, name)
            text = pathlib.Path(certificate, name).read_text()
            pathlib.Path(target).write_text(text)
        self.load_again()

    def url_through(self, relay, base, params):
        host = f"[{self.address}]" if ":" in self.address else self.address
        parts = urllib.parse.urlsplit(base)
        query = urllib.parse.urlencode(params)
        return parts._replace(netloc=f"{parts.username}:{parts.password}@{host}:{relay.port}",
                              query=query).geturl()

    def history(self, url, code, env=None):
        environment = {k: v for k, v in os.environ.items()
                       if not k.startswith(("GARBOARD_", "DB_", "SSL_CERT"))}
        done = subprocess.run([case.GARBOARD, "history"], capture_output=True, text=True,
                              timeout=120, env={**environment, "DATABASE_URL": url, **(env or {})})
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def over_tls(self, code, params, env=None):
        return self.history(self.url_through(self.relay, self.url, params), code, env)

    def authority(self, name="ca"):
        return self.certificates.path(f"{name}.crt")

    def test_an_unknown_authority_is_refused(self):
        said = self.over_tls(24, {})
        self.assertIn("authority", said)
        self.assertIn(self.ca_parameter, said)

    def test_another_authority_is_refused(self):
        self.over_tls(24, {self.ca_parameter: self.authority("other-ca")})
        self.over_tls(24, {}, {"SSL_CERT_FILE": self.authority("other-ca")})

    def test_the_right_authority_is_enough(self):
        self.over_tls(0, {self.ca_parameter: self.authority()})
        self.over_tls(0, {}, {"SSL_CERT_FILE": self.authority()})
        self.over_tls(0, {self.mode_parameter: "verify-full", self.ca_parameter: self.authority()})

    def test_a_certificate_for_another_host_is_refused(self):
        self.addCleanup(self.show, self.right)
        self.show(self.wrong)
        self.over_tls(0, {self.mode_parameter: "verify-ca", self.ca_parameter: self.authority()})
        said = self.over_tls(24, {self.ca_parameter: self.authority()})
        self.assertIn("not for this host", said)
        self.over_tls(24, {}, {"SSL_CERT_FILE": self.authority()})

    def test_what_the_url_says_is_done(self):
        self.over_tls(0, {self.mode_parameter: self.encrypt})
        self.over_tls(0, {self.mode_parameter: self.disable})

    def test_a_server_without_tls_is_refused_before_it_learns_anything(self):
        plain = databases._server_url(self.plain_variable)
        relay = Relay((plain.hostname, plain.port), self.address).open()
        self.addCleanup(relay.close)
        said = self.history(self.url_through(relay, plain.geturl(), {}), 24)
        self.assertIn("no TLS", said)
        self.assertIn(f"{self.mode_parameter}={self.disable}", said)
        self.assertNotIn(plain.username.encode(), relay.heard)
        self.history(self.url_through(relay, plain.geturl(), {self.mode_parameter: self.encrypt}), 24)
        self.history(self.url_through(relay, plain.geturl(), {self.mode_parameter: self.disable}), 0)
        self.assertIn(plain.username.encode(), relay.heard)

    def test_this_machine_needs_no_certificate(self):
        self.history(self.url, 0)


class Postgres(TlsTest):
    only = "postgres"
    ca_parameter, mode_parameter = "sslrootcert", "sslmode"
    encrypt, disable = "require", "disable"
    plain_variable = "GARBOARD_TEST_POSTGRES_URL"

    def test_the_address_decides_what_is_another_machine(self):
        self.over_tls(24, {"host": "localhost", "hostaddr": self.address})
        self.over_tls(0, {"host": "db.example.org", "hostaddr": "127.0.0.1",
                          "port": str(urllib.parse.urlsplit(self.url).port)})

    def load_again(self):
        data = pathlib.Path(self.servers, "postgres/data")
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), 1)
        self.wait_for_subject()

    def wait_for_subject(self):
        """Until the server shows the certificate of its file."""
        wanted = pathlib.Path(self.servers, "postgres/server.crt").read_text().strip()
        port = urllib.parse.urlsplit(self.url).port
        for _ in range(300):
            said = subprocess.run(["openssl", "s_client", "-starttls", "postgres", "-connect",
                                   f"127.0.0.1:{port}"], input="", capture_output=True, text=True)
            if wanted.splitlines()[5] in said.stdout:
                return
        self.fail("the server does not load its certificate again")


class Mariadb(TlsTest):
    only = "mariadb"
    ca_parameter, mode_parameter = "ssl-ca", "ssl-mode"
    encrypt, disable = "required", "disabled"
    plain_variable = "GARBOARD_TEST_MARIADB_URL"

    def load_again(self):
        parts = urllib.parse.urlsplit(self.url)
        subprocess.run(["mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", str(parts.port), "-u",
                        parts.username, "-e", "FLUSH SSL"], check=True,
                       env={**os.environ, "MYSQL_PWD": parts.password})


if __name__ == "__main__":
    unittest.main()
