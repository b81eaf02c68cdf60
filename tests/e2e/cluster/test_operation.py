# SPDX-License-Identifier: Apache-2.0
"""What people and the cluster do to a release: end its pods, start its jobs by hand, deploy twice at
once, take the schema back."""

import json
import subprocess
import threading
import time
import unittest

import cluster
import shop
from cluster import databases

POSTGRES = (databases.Postgres,)
# Long for as long as the table `go` is not there.
HELD = {**shop.FIRST, "3_held.sql": shop.migration(
    "CREATE TABLE held (id INT);\n"
    "SELECT pg_sleep(CASE WHEN to_regclass('go') IS NULL THEN 600 ELSE 0 END);\n"
    "INSERT INTO held VALUES (1);")}
SLEEPING = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND state = 'active' AND query LIKE '%pg_sleep(CASE%' AND pid <> pg_backend_pid()")


class Operation(cluster.ClusterTest):
    def test_a_terminated_pod_cancels_its_statement_and_the_next_one_completes(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            helm = release.start("1", HELD)
            self.addCleanup(helm.kill)
            cluster.until("the statement runs", lambda: database.scalar(SLEEPING) == "1")
            pod = namespace.pods("migration")[0]["metadata"]["name"]
            ended = []
            watch = threading.Thread(target=self.watch_exit, args=(namespace, pod, ended))
            watch.start()
            time.sleep(1)  # the watch is on
            database.query("CREATE TABLE go (id INT)")
            namespace.kubectl("delete", "pod", pod, "--wait=false")
            begun = time.monotonic()
            cluster.until("the statement is cancelled", lambda: database.scalar(SLEEPING) == "0")
            print(f"cancelled after {time.monotonic() - begun:.1f} s", flush=True)
            out, _ = helm.communicate(timeout=cluster.PATIENCE)
            self.assertEqual(helm.returncode, 0, out)
            watch.join()
            self.assertEqual(ended, [13])
            self.assertEqual(len(self.applied(database)), 3)
            self.assertEqual(shop.rows(database, "held"), ["1"])

        self.on_each(check, POSTGRES)

    @staticmethod
    def watch_exit(namespace, pod, ended):
        """Appends the exit code of the pod's container garboard, which goes with the pod."""
        watch = subprocess.Popen(
            [cluster.KUBECTL, "-n", namespace.name, "get", "pod", pod, "--watch", "-o",
             'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}{"\\n"}',
             f"--request-timeout={cluster.PATIENCE}s"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with watch:
            for line in watch.stdout:
                if line.strip():
                    ended.append(int(line))
                    break
            watch.kill()

    def test_jobs_of_suspended_cronjobs_show_migrate_and_roll_back(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace, manualJobs={"enabled": True})
            release.deploy("1", shop.SECOND)
            self.assertIn("3 applied", self.by_hand(namespace, "status"))
            self.by_hand(namespace, "rollback")
            self.assertEqual(self.applied(database), [])
            self.by_hand(namespace, "manual")
            self.assertEqual(len(self.applied(database)), 3)

        self.on_each(check, POSTGRES)

    def by_hand(self, namespace, what):
        job = f"by-hand-{what}"
        made = namespace.kubectl("create", "job", f"--from=cronjob/shop-migrate-{what}", job, code=None)
        if made.returncode != 0:  # this kubectl no longer knows the CronJobs of servers before 1.21
            self.assertIn("unknown object type *v1beta1.CronJob", made.stderr)
            template = json.loads(namespace.kubectl(
                "get", f"cronjob/shop-migrate-{what}", "-o", "json").stdout)["spec"]["jobTemplate"]
            text = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": job},
                    "spec": template["spec"]}
            namespace.kubectl("create", "-f", "-", stdin=json.dumps(text))
        namespace.kubectl("wait", "--for=condition=complete", f"job/{job}",
                          f"--timeout={cluster.PATIENCE}s")
        return namespace.kubectl("logs", f"job/{job}", "-c", "garboard").stdout

    def test_two_releases_at_once_on_one_database_apply_each_migration_once(self):
        def check(major, database, namespace):
            releases = [shop.Release(self, major, database, namespace, name=name)
                        for name in ("east", "west")]
            helms = [release.start("1", shop.SECOND) for release in releases]
            for helm in helms:
                out, _ = helm.communicate(timeout=cluster.PATIENCE)
                self.assertEqual(helm.returncode, 0, out)
            self.assertEqual(shop.rows(database, "customers", "orders", "invoices"), ["1"] * 3)

        self.on_each(check, (databases.Mariadb,))

    def test_a_release_takes_the_schema_back_when_told_so_twice(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            release.deploy("1", shop.SECOND)
            said = release.deploy("2", shop.SECOND, rollback={"to": "1"}, code=None)
            self.assertIn("migrations.rollback.confirm", said.stderr)
            release.deploy("2", shop.SECOND, rollback={"to": "1", "confirm": "1"})
            self.assertEqual(self.applied(database), ["1"])

        self.on_each(check, POSTGRES)

    def test_the_first_install_without_its_secret_says_what_is_missing_and_goes_on(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            namespace.kubectl("delete", "secret", "shop-db")
            helm = release.start("1", shop.FIRST)
            self.addCleanup(helm.kill)
            cluster.until("the kubelet says so", lambda: "secret \"shop-db\" not found" in json.dumps(
                [pod["status"] for pod in namespace.pods("migration")]).replace("\\", ""))
            namespace.secret("shop-db", DATABASE_URL=cluster.url_for_pods(database))
            out, _ = helm.communicate(timeout=cluster.PATIENCE)
            self.assertEqual(helm.returncode, 0, out)
            self.assertEqual(len(self.applied(database)), 2)

        self.on_each(check, POSTGRES)


if __name__ == "__main__":
    unittest.main()
