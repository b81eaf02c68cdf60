# SPDX-License-Identifier: Apache-2.0
"""What the file to copy, job-migrate.yaml, does with values beside its defaults."""

import unittest

import charts
from charts import named, objects, pod_of

IMAGE = "registry.example/migrations:1"


def jobs(*more, release=charts.RELEASE, **values):
    """The Job by each Helm."""
    space = charts.workspace()
    return [named(objects(space.render(major, space.tiny, {"migrations": {"image": IMAGE, **values}}, *more,
                                       release=release)), "Job") for major in charts.HELMS]


class Copy(unittest.TestCase):
    def test_long_names_stay_apart(self):
        one, other = ({job["metadata"]["name"] for job in jobs(release="a" * 52 + last)} for last in "12")
        self.assertFalse(one & other)
        for name in one | other:
            self.assertRegex(name, "^a{26}-[0-9a-f]{8}-migrate$")
        self.assertEqual({job["metadata"]["name"] for job in jobs(release="shop")}, {"shop-tiny-migrate"})

    def test_no_deadline_is_none(self):
        for job in jobs(activeDeadlineSeconds=None):
            self.assertNotIn("activeDeadlineSeconds", job["spec"])

    def test_pull_secrets_are_names_or_references(self):
        for job in jobs(pullSecrets=["one", {"name": "two"}]):
            self.assertEqual(pod_of(job)["imagePullSecrets"], [{"name": "one"}, {"name": "two"}])

    def test_a_deadline_is_above_what_is_waited_for(self):
        for says, values in (
                (r"is 60, .* migrations.retryFor \(150s\)", {"activeDeadlineSeconds": 60}),
                (r"is 280, .* migrations.waitForDb.timeout \(4m40s\)", {"waitForDb": {"timeout": "4m40s"}})):
            with self.assertRaisesRegex(charts.Refused, says):
                jobs(**values)
        for job in jobs(activeDeadlineSeconds=151) + jobs(waitForDb={"enabled": False, "timeout": "1h"}):
            self.assertGreater(job["spec"]["activeDeadlineSeconds"], 150)
        jobs(activeDeadlineSeconds=None, retryFor="2h")

    def test_a_variable_of_the_user_stands_in_for_the_file_s(self):
        env = [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "mine", "key": "url"}}},
               {"name": "GARBOARD_LOCK_WAIT", "value": "10s"}]
        for job in jobs(existingSecret="shop-db", env=env):
            for container in pod_of(job)["initContainers"] + pod_of(job)["containers"]:
                names = [entry["name"] for entry in container["env"]]
                self.assertEqual(sorted(names), ["DATABASE_URL", "GARBOARD_DIR", "GARBOARD_ENVIRONMENT",
                                                 "GARBOARD_LOCK_WAIT", "GARBOARD_RETRY_FOR"])
                self.assertEqual(container["env"][-2:], env)

    def test_a_namespace_of_digits_is_text(self):
        for job in jobs("--namespace", "417"):
            self.assertEqual(job["metadata"]["namespace"], "417")


if __name__ == "__main__":
    unittest.main()
