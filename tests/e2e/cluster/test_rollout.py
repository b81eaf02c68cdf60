# SPDX-License-Identifier: Apache-2.0
"""A release with a new migration changes the schema before the pods; one with a broken migration
changes nothing, and what went wrong can be read."""

import json
import unittest

import cluster
import shop


class Rollout(cluster.ClusterTest):
    def test_a_new_migration_runs_before_the_pods_change(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            release.deploy("1", shop.FIRST)
            release.rolled_out()
            self.assertEqual(self.applied(database), ["1", "2"])
            first_pods, first_sets = release.fingerprint()
            release.deploy("2", shop.SECOND)
            release.rolled_out()
            self.assertEqual(len(self.applied(database)), 3)
            pods, _ = release.fingerprint()
            self.assertFalse(set(pods) & set(first_pods))
            new = [one for one in namespace.list("replicasets")
                   if one["metadata"]["uid"] not in first_sets]
            self.assertLessEqual(release.job()["status"]["completionTime"],
                                 new[0]["metadata"]["creationTimestamp"])
            release.deploy("2", shop.SECOND)
            self.assertEqual(release.fingerprint()[0], pods)
            self.assertEqual(release.job()["status"]["succeeded"], 1)
            namespace.helm(major, "test", release.name)
            self.assertEqual(shop.rows(database, "customers", "orders", "invoices"), ["1"] * 3)
            namespace.helm(major, "uninstall", release.name, "--wait")
            self.assertEqual(namespace.list("deployments") + namespace.list("cronjobs"), [])

        self.on_each(check)

    def test_a_broken_migration_changes_no_pod_and_can_be_read(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            release.deploy("1", shop.FIRST)
            release.rolled_out()
            before = release.fingerprint()
            failed = release.deploy("2", shop.BROKEN, code=None)
            self.assertNotEqual(failed.returncode, 0, failed.stdout)
            self.assertEqual(release.fingerprint(), before)
            self.check_evidence(release)
            self.assertEqual(self.applied(database), ["1", "2", "3"])
            release.deploy("3", shop.MENDED)
            release.rolled_out()
            self.assertEqual(len(self.applied(database)), 4)
            self.assertEqual(shop.rows(database, "customers", "refunds"), ["1", "1"])

        self.on_each(check)

    def check_evidence(self, release):
        namespace = release.namespace
        job = release.job()
        self.assertEqual(job["status"]["conditions"][0]["type"], "Failed")
        self.assertIn("no_such_table", namespace.kubectl(
            "logs", f"job/{release.name}-migrate", "-c", "garboard").stdout)
        messages = namespace.kubectl(
            "get", "pods", "-l", "app.kubernetes.io/component=migration", "-o",
            "jsonpath={range .items[*].status.containerStatuses[*]}"
            '{.state.terminated.message}{"\\n"}{end}').stdout.splitlines()
        errors = [json.loads(message) for message in messages]
        # MariaDB cannot roll DDL back: the table that was made stays, and the next run goes on there.
        code = {"postgres": 30, "mysql": 31}[release.database.kind]
        self.assertEqual({error["code"] for error in errors}, {code})
        self.assertEqual(sorted(error["applied"] for error in errors), [0, 1])
        for error in errors:
            self.assertEqual(error["migration"], "4")
            self.assertIn("no_such_table", error["message"])
            self.assertEqual(error["where"]["line"], 3)

    def test_atomic_takes_the_release_back_and_leaves_the_job(self):
        def check(major, database, namespace):
            release = shop.Release(self, major, database, namespace)
            release.deploy("1", shop.FIRST, "--wait")
            before = release.fingerprint()
            failed = release.deploy("2", shop.BROKEN, "--atomic", code=None, backoffLimit=0)
            self.assertNotEqual(failed.returncode, 0, failed.stdout)
            self.assertEqual(release.fingerprint(), before)
            self.assertEqual(release.job()["status"]["failed"], 1)
            # what was applied before the broken one stays: a rollback of the release is none of the schema
            self.assertEqual(len(self.applied(database)), 3)

        self.on_each(check, (cluster.databases.Postgres,))


if __name__ == "__main__":
    unittest.main()
