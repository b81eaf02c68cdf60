# SPDX-License-Identifier: Apache-2.0
"""The charts as each Helm renders them, and how to walk through what comes out."""

import atexit
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
CLUSTER = pathlib.Path(os.environ.get("W", "/var/tmp/k8s"))
IMAGE = {"repository": "registry.example/migrations", "tag": "1"}
VERSIONS = ("1.20.0", "1.24.0", "1.26.0", "1.29.0", "1.33.0", "1.36.0")
NEWEST = VERSIONS[-1]
RELEASE, NAMESPACE = "shop-prod", "default"


def helms():
    """The Helms that are here, by major version: $HELM3 and $HELM4, or those of the test cluster."""
    found = {}
    for major in "34":
        path = os.environ.get(f"HELM{major}") or str(CLUSTER / f"h{major}" / "helm" / "helm")
        if shutil.which(path):
            found[major] = path
    return found


HELMS = helms()


class Refused(Exception):
    """Helm did not render; the text says why."""


class Workspace:
    """A copy of the charts with their dependencies packed, so that the source tree stays as it is."""

    def __init__(self):
        folder = tempfile.TemporaryDirectory(prefix="garboard-helm-")
        atexit.register(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.env = {**os.environ, "HELM_CACHE_HOME": str(self.root / "cache"),
                    "HELM_CONFIG_HOME": str(self.root / "config"), "HELM_DATA_HOME": str(self.root / "data")}
        for part in ("deploy/helm", "examples/helm"):
            shutil.copytree(PROJECT / part, self.root / part, ignore=shutil.ignore_patterns("charts", "Chart.lock"))
        self.library = self.root / "deploy/helm/garboard"
        self.application = self.root / "deploy/helm/garboard-migrate"
        self.shop = self.root / "examples/helm/shop"
        self.noted = self.root / "noted"  # the application chart, whose notes can be rendered without a server
        self.tiny = self.root / "tiny"
        (self.tiny / "templates").mkdir(parents=True)
        (self.tiny / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n", encoding="utf-8")
        shutil.copy(self.root / "deploy/helm/copy/job-migrate.yaml", self.tiny / "templates")

    def helm(self, major, *arguments):
        done = subprocess.run([HELMS[major], *map(str, arguments)], env=self.env, text=True, capture_output=True,
                              timeout=120, check=False)
        if done.returncode != 0:
            raise Refused(done.stderr)
        return done.stdout

    def build(self, major):
        for chart in (self.application, self.shop):
            self.helm(major, "dependency", "build", chart)
        shutil.copytree(self.application, self.noted, dirs_exist_ok=True)
        notes = (self.application / "templates/NOTES.txt").read_text(encoding="utf-8").strip("{ }\n")
        (self.noted / "templates/notes.yaml").write_text(
            f"apiVersion: v1\nkind: Notes\ntext: {{{{ {notes} | toJson }}}}\n", encoding="utf-8")

    def render(self, major, chart, values, *more, kube=NEWEST, release=RELEASE):
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=self.root, encoding="utf-8") as file:
            json.dump(values, file)
            file.flush()
            return self.helm(major, "template", release, chart, "--namespace", NAMESPACE, "--values", file.name,
                             "--kube-version", kube, *more)


WORKSPACE = None


def workspace():
    """One for all tests; each Helm has packed the dependencies once, the last of them for all renders."""
    global WORKSPACE
    if WORKSPACE is None:
        WORKSPACE = Workspace()
        for major in HELMS:
            WORKSPACE.build(major)
    return WORKSPACE


def each(function, items):
    """function(*item) of each, two at a time; in order."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda item: function(*item), items))


def migrations(**values):
    """Values of garboard-migrate: those given, over an image."""
    return {"migrations": {"image": IMAGE, **values}}


def objects(text):
    return [document for document in yaml.safe_load_all(text) if document]


def named(documents, kind, suffix=""):
    """The one object of that kind whose name ends so."""
    found = [one for one in documents if one["kind"] == kind and one["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{len(found)} {kind} with {suffix!r}"
    return found[0]


def pod_of(document):
    """The pod's spec in an object, or None."""
    spec = document.get("spec", {})
    return {"Pod": lambda: spec,
            "Job": lambda: spec["template"]["spec"],
            "Deployment": lambda: spec["template"]["spec"],
            "CronJob": lambda: spec["jobTemplate"]["spec"]["template"]["spec"]}.get(document["kind"], lambda: None)()


def variables(container):
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}
