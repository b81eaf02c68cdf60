# SPDX-License-Identifier: Apache-2.0
"""The manifests of examples/gitops hold values that the charts take, and times that fit the charts'."""

import json
import re
import unittest

import jsonschema
import yaml

import pages

GITOPS = pages.ROOT / "examples/gitops"
LIBRARY = pages.ROOT / "deploy/helm/garboard"
SCHEMA = json.loads((LIBRARY / "migrations.schema.json").read_text(encoding="utf-8"))
DEADLINE = yaml.safe_load((LIBRARY / "values.yaml").read_text(encoding="utf-8"))["activeDeadlineSeconds"]


def documents(path):
    return list(yaml.safe_load_all((GITOPS / path).read_text(encoding="utf-8")))


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()
    return int(number) * (60 if unit == "m" else 1)


def nested(flat):
    """{"a.b": 1} as {"a": {"b": 1}}."""
    tree = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        branch = tree
        for name in parents:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return tree


class Manifests(unittest.TestCase):
    def takes(self, values):
        errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(values["migrations"])
        self.assertEqual([error.message for error in errors], [])

    def outlasts_the_job(self, timeout):
        self.assertGreater(timeout, DEADLINE)

    def test_argo_cd(self):
        application, = documents("argo-cd/application.yaml")
        values = application["spec"]["source"]["helm"]["valuesObject"]
        self.takes(values)
        self.assertEqual(values["migrations"]["gitops"], "argo-presync")

    def test_flux(self):
        repository, release = documents("flux/shop.yaml")
        self.takes(release["spec"]["values"])
        self.outlasts_the_job(seconds(release["spec"]["timeout"]))
        source = release["spec"]["chart"]["spec"]["sourceRef"]
        self.assertEqual((source["kind"], source["name"]), (repository["kind"], repository["metadata"]["name"]))

    def test_helmfile(self):
        helmfile, = documents("helmfile/helmfile.yaml")
        self.outlasts_the_job(helmfile["helmDefaults"]["timeout"])
        for values in helmfile["releases"][0]["values"]:
            self.takes(values)

    def test_skaffold(self):
        skaffold, = documents("skaffold/skaffold.yaml")
        self.assertEqual(list(skaffold["deploy"]), ["helm"])
        release, = skaffold["deploy"]["helm"]["releases"]
        self.takes(nested({**release["setValueTemplates"], **release["setValues"]}))
        built = {re.sub(r"[/.:-]", "_", artifact["image"]) for artifact in skaffold["build"]["artifacts"]}
        used = re.findall(r"IMAGE_(?:FULLY_QUALIFIED|REPO|TAG)_(\w+)", str(release["setValueTemplates"]))
        self.assertEqual(set(used), built)
        for flags in skaffold["deploy"]["helm"]["flags"].values():
            self.outlasts_the_job(seconds(flags[0].removeprefix("--timeout=")))

    def test_github(self):
        workflow, = documents("github/deploy.yaml")
        job = workflow["jobs"]["deploy"]
        timeout = seconds(re.search(r"--timeout (\w+)", str(job["steps"]))[1])
        self.outlasts_the_job(timeout)
        self.assertGreater(job["timeout-minutes"] * 60, 2 * timeout)
        self.assertFalse(workflow["concurrency"]["cancel-in-progress"])
        self.assertEqual([step["if"] for step in job["steps"] if "if" in step], ["failure()"])
