# SPDX-License-Identifier: Apache-2.0
"""The application of examples/helm/shop as a release of a test, with migrations of the test's own."""

import json
import os
import shutil
import subprocess
import tempfile

import cluster

IMAGE = {"postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite"}


def migration(up, down="SELECT 1;"):
    return f"-- migrate:up\n{up}\n\n-- migrate:down\n{down}\n"


def table(name):
    """A table with a row, which a second run of the migration would double, or fail to make."""
    return migration(f"CREATE TABLE {name} (id INT);\nINSERT INTO {name} VALUES (1);",
                     f"DROP TABLE {name};")


FIRST = {"1_customers.sql": table("customers"), "2_orders.sql": table("orders")}
SECOND = {**FIRST, "3_invoices.sql": table("invoices")}
MENDED = {**SECOND, "4_refunds.sql": table("refunds")}
BROKEN = {**SECOND, "4_refunds.sql":
          MENDED["4_refunds.sql"].replace("INTO refunds", "INTO no_such_table")}


class Release:
    """`helm upgrade --install` of the shop into a namespace, with a database."""

    def __init__(self, case, major, database, namespace, name="shop", **migrations):
        self.major, self.database, self.namespace, self.name = major, database, namespace, name
        self.migrations = migrations
        folder = tempfile.TemporaryDirectory(prefix="garboard-chart-")
        case.addCleanup(folder.cleanup)
        self.chart = os.path.join(folder.name, "shop")
        shutil.copytree(os.path.join(cluster.PROJECT, "examples", "helm", "shop"), self.chart)
        shutil.copytree(os.path.join(cluster.PROJECT, "deploy", "helm", "garboard"),
                        os.path.join(self.chart, "charts", "garboard"), dirs_exist_ok=True)
        if database.kind != "sqlite":
            namespace.secret("shop-db", DATABASE_URL=cluster.url_for_pods(database))

    def values(self, version, replicas, migrations):
        image = {"repository": "localhost/garboard", "tag": IMAGE[self.database.kind]}
        block = {"image": image, "source": {"type": "configMap", "files": "migrations/*"},
                 "connection": {"existingSecret": "shop-db"}, "backoffLimit": 1,
                 "waitForDb": {"timeout": "60s"}, **self.migrations, **migrations}
        return {"image": cluster.PAUSE, "replicas": replicas, "args": [version], "migrations": block}

    def command(self, version, files, *flags, replicas=2, **migrations):
        folder = os.path.join(self.chart, "migrations")
        shutil.rmtree(folder)
        os.mkdir(folder)
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        path = os.path.join(self.chart, "values-test.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.values(version, replicas, migrations), file)
        return ("upgrade", "--install", self.name, self.chart, "-f", path, "--timeout", "4m", *flags)

    def deploy(self, version, files, *flags, code=0, **more):
        return self.namespace.helm(self.major, *self.command(version, files, *flags, **more), code=code)

    def start(self, version, files, *flags, **more):
        """The same, not waited for."""
        command = self.command(version, files, *flags, **more)
        return subprocess.Popen(
            [cluster.HELMS[self.major], "-n", self.namespace.name, *command], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def rolled_out(self):
        self.namespace.kubectl("rollout", "status", f"deployment/{self.name}-shop",
                               f"--timeout={cluster.PATIENCE}s")

    def fingerprint(self):
        """What stays the same of the application when nothing of it is touched."""
        pods = {pod["metadata"]["uid"]: [c["restartCount"] for c in pod["status"]["containerStatuses"]]
                for pod in self.namespace.application()}
        sets = {one["metadata"]["uid"]: one["spec"]["replicas"]
                for one in self.namespace.list("replicasets")}
        return pods, sets

    def job(self):
        for job in self.namespace.list("jobs"):
            if job["metadata"]["name"] == f"{self.name}-migrate":
                return job
        return None


def rows(database, *names):
    return [database.scalar(f"SELECT count(*) FROM {name}") for name in names]
