# SPDX-License-Identifier: Apache-2.0
"""Each way to run migrations behaves as docs/kubernetes.md says: init containers, plain Jobs, hooks
after the release, images, and a database file in the pod."""

import json
import os
import tempfile
import unittest
import uuid

import cluster
import shop
from cluster import databases

POSTGRES = (databases.Postgres,)
SLOW = {**shop.FIRST, "3_slow.sql": shop.migration(
    "CREATE TABLE slow (id INT);\nSELECT pg_sleep(20);\nINSERT INTO slow VALUES (1);")}


class Modes(cluster.ClusterTest):
    def test_init_containers_of_three_replicas_apply_each_migration_once(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace, mode="initContainer")
            release.deploy("1", shop.SECOND, replicas=3)
            release.rolled_out()
            self.assertEqual(len(namespace.application()), 3)
            self.assertEqual(shop.rows(database, "customers", "orders", "invoices"), ["1"] * 3)
            self.assertEqual(namespace.list("jobs"), [])

        self.on_each(check)

    def test_another_pod_goes_on_when_the_one_with_the_lock_is_killed(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace, mode="initContainer",
                                   env=[{"name": "GARBOARD_LOG_LEVEL", "value": "debug"}])
            release.deploy("1", SLOW, replicas=3)
            holder = cluster.until("a pod is in the slow migration", lambda: self.holder(namespace))
            namespace.kubectl("delete", "pod", holder, "--grace-period=0", "--force")
            release.rolled_out()
            self.assertNotIn(holder, [p["metadata"]["name"] for p in namespace.application()])
            self.assertEqual(shop.rows(database, "customers", "orders", "slow"), ["1"] * 3)

        self.on_each(check, POSTGRES)

    def holder(self, namespace):
        for pod in namespace.application():
            name = pod["metadata"]["name"]
            log = namespace.kubectl("logs", name, "-c", "garboard", code=None).stdout
            for line in log.splitlines():
                event = json.loads(line) if line.startswith("{") else {}
                if event.get("event") == "migrationStarted" and event.get("id") == "3":
                    return name
        return None

    def test_a_plain_job_runs_beside_the_application_and_the_gate_holds_it_back(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace, mode="job")
            release.deploy("1", shop.FIRST, "--wait", "--wait-for-jobs")
            first = {job["metadata"]["name"] for job in namespace.list("jobs")}
            release.deploy("2", shop.SECOND, "--wait", "--wait-for-jobs")
            second = {job["metadata"]["name"] for job in namespace.list("jobs")}
            self.assertEqual((len(first), len(second & first)), (1, 0))
            self.assertEqual(len(self.applied(database)), 3)

        self.on_each(check, POSTGRES)

    def test_post_hooks_work_without_wait(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace,
                                   when=["post-install", "post-upgrade"])
            said = release.deploy("1", shop.FIRST)
            self.assertIn("WARNING: a post-* hook", said.stdout)
            release.rolled_out()
            self.assertEqual(len(self.applied(database)), 2)

        self.on_each(check, POSTGRES)

    def test_post_hooks_with_wait_never_start_where_the_application_waits_for_them(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace,
                                   when=["post-install", "post-upgrade"])
            failed = release.deploy("1", shop.FIRST, "--wait", "--timeout=20s", code=None)
            self.assertNotEqual(failed.returncode, 0, failed.stdout)
            self.assertIsNone(release.job())

        self.on_each(check, POSTGRES)

    def test_migrations_of_the_image_and_the_url_from_a_file(self):
        def check(major, database, namespace):
            tag = "localhost/shop-" + uuid.uuid4().hex[:8]
            for version, files in (("1", shop.FIRST), ("2", shop.SECOND)):
                with tempfile.TemporaryDirectory() as folder:
                    for name, text in files.items():
                        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                            file.write(text)
                    cluster.build_image(shop.IMAGE[database.kind], f"{tag}:{version}", folder)
                release = shop.Release(
                    self, major, database, namespace, source={"type": "image", "files": ""},
                    image={"repository": tag, "tag": version},
                    connection={"existingSecret": "shop-db", "mountAsFile": True})
                release.deploy(version, files)
                release.rolled_out()
                self.assertEqual(len(self.applied(database)), len(files))

        self.on_each(check, POSTGRES)

    def test_a_release_may_change_its_mode(self):
        def check(major, database, namespace):
            files = dict(shop.FIRST)
            for number, mode in enumerate(("hook", "job", "initContainer", "none", "hook"), 3):
                files[f"{number}_more.sql"] = shop.table(f"more_{number}")
                release = shop.Release(self, major, database, namespace, mode=mode,
                                       gate={"enabled": mode != "none"})
                release.deploy(mode, files)
                release.rolled_out()
                self.assertEqual(len(self.applied(database)), len(files) - (mode == "none"), mode)

        self.on_each(check, POSTGRES)

    def test_a_database_file_in_the_pod(self):
        def check(major, database, namespace):
            namespace.secret("shop-db", DATABASE_URL="sqlite:/data/shop.db")
            release = shop.Release(
                self, major, database, namespace, mode="initContainer",
                waitForDb={"enabled": False}, volumes=[{"name": "data", "emptyDir": {}}],
                volumeMounts=[{"name": "data", "mountPath": "/data"}])
            release.deploy("1", shop.FIRST, replicas=1)
            release.rolled_out()
            pod = namespace.application()[0]["metadata"]["name"]
            log = namespace.kubectl("logs", pod, "-c", "garboard").stdout
            self.assertIn("2 applied", log)

        self.on_each(check, (databases.Sqlite,))


if __name__ == "__main__":
    unittest.main()
