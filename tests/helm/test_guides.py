# SPDX-License-Identifier: Apache-2.0
"""The values that the guides show render as the guides say."""

import pathlib
import shutil
import sys
import tempfile
import unittest

import yaml

import charts
from charts import named, objects, pod_of, variables

sys.path.insert(0, str(charts.PROJECT / "tests/docs"))
import pages  # noqa: E402


def block(page, is_wanted):
    """The one block of a page that is wanted."""
    text = (pages.DOCS / "kubernetes" / page).read_text(encoding="utf-8")
    found = [code for _, code in pages.blocks(text) if is_wanted(code)]
    assert len(found) == 1, f"{len(found)} such blocks in {page}"
    return found[0]


def shown(page, name):
    """The block of a page whose first line is a comment with that name."""
    return block(page, lambda code: code.startswith(f"# {name}\n"))


def secret(container):
    """Where a container's URL comes from."""
    return variables(container)["DATABASE_URL"]["secretKeyRef"]["name"]


def rendered(chart, namespace, *values):
    """What each Helm makes of the chart with these texts of values, the later ones over the earlier."""
    space = charts.workspace()
    with tempfile.TemporaryDirectory(dir=space.root) as folder:
        files = []
        for number, text in enumerate(values):
            files += ["--values", pathlib.Path(folder) / f"{number}.yaml"]
            files[-1].write_text(text, encoding="utf-8")
        return [objects(space.helm(major, "template", "shop", chart, "--namespace", namespace, *files))
                for major in charts.HELMS]


def shop(page, template=None):
    """A copy of the shop's chart whose values for migrations are those that the page shows as values.yaml."""
    chart = pathlib.Path(tempfile.mkdtemp(dir=charts.workspace().root)) / "shop"
    shutil.copytree(charts.workspace().shop, chart)
    values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    values.update(yaml.safe_load(shown(page, "values.yaml")))
    (chart / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    if template:
        (chart / "templates/migrations.yaml").write_text(template, encoding="utf-8")
    return chart


class Guides(unittest.TestCase):
    def test_values_for_each_environment(self):
        chart = shop("environments.md")
        for name, retry, deadline, seeds in (("staging", "60s", 280, ["shop-migrate-seed"]),
                                             ("production", "150s", 1800, [])):
            for found in rendered(chart, f"shop-{name}", shown("environments.md", f"values-{name}.yaml")):
                job = named(found, "Job", "shop-migrate")
                given = variables(pod_of(job)["containers"][0])
                self.assertEqual((given["GARBOARD_ENVIRONMENT"], given["GARBOARD_RETRY_FOR"]), (name, retry))
                self.assertEqual(given.get("GARBOARD_LOCK_TIMEOUT"), "500ms" if name == "production" else None)
                self.assertEqual(job["spec"]["activeDeadlineSeconds"], deadline)
                self.assertEqual([one["metadata"]["name"] for one in found if one["kind"] == "Job"
                                  and one["metadata"]["name"] != "shop-migrate"], seeds)
                for seed in seeds:
                    pod = pod_of(named(found, "Job", seed))
                    self.assertEqual(variables(pod["containers"][0])["GARBOARD_SEED_ENVIRONMENT"], name)

    def test_migrations_in_a_namespace_of_their_own(self):
        for found in rendered(charts.workspace().application, "shop-migrations",
                              shown("environments.md", "values-migrations.yaml")):
            self.assertEqual({one["metadata"]["namespace"] for one in found}, {"shop-migrations"})
            self.assertEqual(secret(pod_of(named(found, "Job"))["containers"][0]), "shop-db-owner")
        for found in rendered(shop("environments.md"), "shop", shown("environments.md", "values-shop.yaml")):
            self.assertEqual(sorted(one["kind"] for one in found), ["Deployment", "Pod"])
            gate, = pod_of(named(found, "Deployment"))["initContainers"]
            self.assertEqual(gate["args"][:3], ["wait", "--applied", "all"])
            self.assertEqual(secret(gate), "shop-db")

    def test_migrations_switched_off(self):
        base = shown("environments.md", "values-shop.yaml")
        for values, gates, kinds in (
                ("migrations: {enabled: false}", [], ["Deployment"]),
                ("migrations: {mode: none}", ["garboard-gate"], ["Deployment", "Pod"]),
                ("migrations: {mode: none, gate: {enabled: false}}", [], ["Deployment", "Pod"])):
            for found in rendered(shop("environments.md"), "shop", base, values):
                self.assertEqual(sorted(one["kind"] for one in found), kinds, values)
                containers = pod_of(named(found, "Deployment"))["initContainers"] or []
                self.assertEqual([one["name"][:13] for one in containers], gates, values)

    def test_two_databases_in_one_chart(self):
        include = block("library-chart.md", lambda code: code.startswith("{{ include") and ".auditMigrations" in code)
        for found in rendered(shop("library-chart.md", include), "shop"):
            jobs = {one["metadata"]["name"]: secret(pod_of(one)["containers"][0])
                    for one in found if one["kind"] == "Job"}
            self.assertEqual(jobs, {"shop-orders": "orders-db", "shop-audit": "audit-db"})
            names = [(one["kind"], one["metadata"]["name"]) for one in found]
            self.assertEqual(len(names), len(set(names)))

    def test_a_secret_that_comes_late(self):
        late = block("secrets.md", lambda code: "optional: false" in code)
        values = "migrations: {image: {repository: registry.example/migrations, tag: '1'}}"
        for found in rendered(charts.workspace().application, "shop", values, late):
            container, = pod_of(named(found, "Job"))["containers"]
            self.assertIn({"secretRef": {"name": "shop-db", "optional": False}}, container["envFrom"])


if __name__ == "__main__":
    unittest.main()
