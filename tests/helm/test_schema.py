# SPDX-License-Identifier: Apache-2.0
"""The schemas: strict, self-contained, agreeing with the values, and read alike by other validators."""

import json
import pathlib
import subprocess
import sys
import unittest

import jsonschema
import yaml

import cases
import charts

sys.path.insert(0, str(charts.PROJECT / "tests" / "support"))
import node_tools  # noqa: E402

LIBRARY = charts.PROJECT / "deploy/helm/garboard"
APPLICATION = charts.PROJECT / "deploy/helm/garboard-migrate"
SCHEMAS = (LIBRARY / "migrations.schema.json", LIBRARY / "values.schema.json", APPLICATION / "values.schema.json",
           charts.PROJECT / "examples/helm/shop/values.schema.json")
AJV = """
const fs = require('fs');
const Ajv = require('ajv');
const cases = JSON.parse(fs.readFileSync(0));
for (const path of process.argv.slice(1)) {
  const ajv = new Ajv({strict: true, allowUnionTypes: true, strictTypes: false});
  const validate = ajv.compile(JSON.parse(fs.readFileSync(path)));
  if (path.endsWith('garboard-migrate/values.schema.json'))
    console.log(JSON.stringify(cases.map(values => validate(values))));
}
"""


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def keywords(schema):
    """Every object of a schema."""
    if isinstance(schema, dict):
        yield schema
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from keywords(value)


class Schema(unittest.TestCase):
    def test_files_that_follow_from_the_schema_are_current(self):
        done = subprocess.run([charts.PROJECT / "scripts/generate-values", "--check"], text=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_are_draft_7_self_contained_and_strict(self):
        for path in SCHEMAS:
            schema = load(path)
            self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
            jsonschema.Draft7Validator.check_schema(schema)
            for part in keywords(schema):
                if "$ref" in part:
                    self.assertEqual(set(part), {"$ref"}, path)
                    self.assertTrue(part["$ref"].startswith("#/"), path)
                if "description" in part and part.get("properties") and isinstance(part["properties"], dict):
                    self.assertIs(part.get("additionalProperties"), False, f"{path}: {part['description']}")

    def test_defaults_and_cases_are_valid(self):
        library = jsonschema.Draft7Validator(load(SCHEMAS[1]))
        library.validate(yaml.safe_load((LIBRARY / "values.yaml").read_text(encoding="utf-8")))
        application = jsonschema.Draft7Validator(load(SCHEMAS[2]))
        application.validate(yaml.safe_load((APPLICATION / "values.yaml").read_text(encoding="utf-8")))
        for values in cases.APPLICATION.values():
            application.validate(values)

    def test_the_library_s_schema_is_enforced_on_its_users(self):
        space = charts.workspace()
        for major in charts.HELMS:
            with self.assertRaisesRegex(charts.Refused, "(?s)garboard.*modee"):
                space.render(major, space.shop, {"garboard": {"modee": "job"}})

    def test_ajv_agrees(self):
        place = node_tools.folder(packages=("ajv@8",), name="ajv", without="no ajv to read the schemas")
        accepted = list(cases.APPLICATION.values())
        refused = [values for values, _ in cases.REFUSED[:9]]
        done = subprocess.run(["node", "-e", AJV, *map(str, SCHEMAS)], input=json.dumps(accepted + refused), cwd=place,
                              text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout), [True] * len(accepted) + [False] * len(refused))

    def test_helm_lint(self):
        space = charts.workspace()
        values = space.root / "lint.json"
        values.write_text(json.dumps(charts.migrations()), encoding="utf-8")
        for major in charts.HELMS:
            space.helm(major, "lint", "--strict", space.library)
            space.helm(major, "lint", "--strict", "--values", values, space.application)
            space.helm(major, "lint", "--strict", space.shop)
            space.helm(major, "package", "--destination", space.root / "packages", space.library)
            space.helm(major, "package", "--destination", space.root / "packages", space.application)


if __name__ == "__main__":
    unittest.main()
