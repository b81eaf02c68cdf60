# SPDX-License-Identifier: Apache-2.0
"""A Kubernetes cluster to test on: kubectl, both majors of Helm, namespaces, images, and the way from
a pod to the databases of this machine.

  KUBECONFIG             the cluster; needs the right to create namespaces
  HELM3, HELM4, KUBECTL  the programs
  GARBOARD_CLUSTER_LOAD  command that takes an image archive into the cluster, as in
                         "kind load image-archive"; the file is added to it
  GARBOARD_CLUSTER_HOST  address of this machine as pods see it
  GARBOARD_IMAGES        folder of image archives as deploy/images/build --archive writes them
  GARBOARD_CLUSTER_PAUSE an image that does nothing for ever, in the part of the application
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(1, os.path.join(PROJECT, "tests", "support"))
import databases  # noqa: E402
from relay import Relay  # noqa: E402

KUBECTL = os.environ.get("KUBECTL", "kubectl")
HELMS = {major: os.environ[f"HELM{major}"] for major in (3, 4) if os.environ.get(f"HELM{major}")}
HOST = os.environ.get("GARBOARD_CLUSTER_HOST", "10.88.7.1")
PAUSE = os.environ.get("GARBOARD_CLUSTER_PAUSE", "localhost/pause:1")
PATIENCE = 240  # seconds that anything which should happen may take


def run(*command, code=0, stdin=None, timeout=PATIENCE * 2):
    """Runs a program; a code of None takes any. Returns its CompletedProcess."""
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, timeout=timeout)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{' '.join(command)}\nexit {done.returncode}, not {code}\n"
                             f"{done.stdout}{done.stderr}")
    return done


def until(what, look, patience=PATIENCE):
    """What `look` returns once that is true."""
    deadline = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.2)
    return seen


class Namespace:
    """A namespace of its own, which goes with the test."""

    def __init__(self):
        self.name = "garboard-" + uuid.uuid4().hex[:10]
        self.kubectl("create", "namespace", self.name)

    def kubectl(self, *arguments, **options):
        return run(KUBECTL, "-n", self.name, *arguments, **options)

    def helm(self, major, *arguments, **options):
        return run(HELMS[major], "-n", self.name, *arguments, **options)

    def secret(self, name, **values):
        text = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(text))

    def list(self, kind, selector=""):
        found = self.kubectl("get", kind, "-o", "json", *(["-l", selector] if selector else []))
        return json.loads(found.stdout)["items"]

    def pods(self, component):
        return self.list("pods", f"app.kubernetes.io/component={component}")

    def application(self):
        """The application's pods that are not on their way out."""
        return [pod for pod in self.list("pods", "app.kubernetes.io/name=shop")
                if "deletionTimestamp" not in pod["metadata"]]

    def evidence(self):
        """For people, after a failure."""
        said = self.kubectl("get", "pods,jobs", "-o", "wide", code=None).stdout
        said += self.kubectl("get", "events", "--sort-by=.lastTimestamp", code=None).stdout[-4000:]
        for pod in self.list("pods"):
            name = pod["metadata"]["name"]
            logs = self.kubectl("logs", name, "--all-containers", "--tail=15", code=None).stdout
            said += f"--- {name}\n{logs}"
        return said

    def delete(self):
        self.kubectl("delete", "namespace", self.name, "--wait=false", "--ignore-not-found")


_routes = {}  # from every address of this machine to a server that listens on loopback
WITHOUT_TLS = {"postgres": "sslmode=disable", "mysql": "ssl-mode=disabled"}  # as the test servers are


def url_for_pods(database):
    parts = urllib.parse.urlsplit(database.url)
    server = (parts.hostname, parts.port)
    if server not in _routes:
        _routes[server] = Relay(server, "").open()
    login = parts.netloc.rsplit("@", 1)[0]
    return parts._replace(netloc=f"{login}@{HOST}:{_routes[server].port}",
                          query=WITHOUT_TLS[database.kind]).geturl()


def load_image(archive):
    run(*os.environ["GARBOARD_CLUSTER_LOAD"].split(), archive)


def build_image(base, tag, folder):
    """The image `base`, one of deploy/images, with a folder of migrations; loaded into the cluster."""
    buildah = ("buildah", "--storage-driver", "vfs")
    archive = os.path.join(os.environ["GARBOARD_IMAGES"], base + ".tar")
    container = run(*buildah, "from", f"docker-archive:{archive}").stdout.strip()
    try:
        run(*buildah, "copy", "--quiet", container, folder, "/migrations")
        run(*buildah, "commit", "--quiet", container, tag)
    finally:
        run(*buildah, "rm", container)
    with tempfile.TemporaryDirectory() as temporary:
        file = os.path.join(temporary, "image.tar")
        run(*buildah, "push", "--quiet", tag, f"docker-archive:{file}:{tag}")
        load_image(file)
    run(*buildah, "rmi", tag)


class ClusterTest(unittest.TestCase):
    def namespace(self):
        made = Namespace()
        self.addCleanup(made.delete)
        return made

    def database(self, kind):
        made = kind()
        self.addCleanup(made.drop)
        return made

    def on_each(self, check, kinds=(databases.Postgres, databases.Mariadb)):
        """check(MAJOR, DATABASE, NAMESPACE) with each Helm and kind, each in a namespace of its own."""
        for major in sorted(HELMS):
            for kind in kinds:
                with self.subTest(helm=major, database=kind.__name__):
                    begun = time.monotonic()
                    namespace = self.namespace()
                    try:
                        check(major, self.database(kind), namespace)
                    except Exception:
                        print(namespace.evidence(), file=sys.stderr)
                        raise
                    print(f"{self._testMethodName}: Helm {major}, {kind.__name__}: "
                          f"{time.monotonic() - begun:.0f} s", flush=True)

    def applied(self, database, table="garboard_migrations"):
        return [row[0] for row in
                database.query(f"SELECT id FROM {table} WHERE state = 'applied' ORDER BY id")]
