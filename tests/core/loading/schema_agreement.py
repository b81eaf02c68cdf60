#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the decoder against schema/plan.schema.json: for written plans and for thousands of random
changes to them, both must accept or both refuse. What only one of them can say is listed here.

Usage: schema_agreement.py SCHEMA PLAN_VERDICTS DATA_FOLDER EXAMPLES_FOLDER
"""
import copy
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import jsonschema
import yaml

# Beyond the words of one document: other files, other entries, meaning.
DECODER_ONLY = re.compile(
    "used for the second time|is empty, expected a statement|does not exist|leaves the folder"
    "|is a directory|which the plan itself is not for|no id can be made|the id made of this name"
    "|declares no placeholder|has no value: |without '}' on its line"
    "|names the column '|the scale of 'type'|as many as refer to them|the primary key nor unique by"
    "|a second column has '|in a column, expected one of them|which is not in every row"
    "|has other columns than 'set'|'was' is another column|says nothing for '"
    "|stands here for the second time|are not read here|'(lock|statement)_timeout' is the text '[0-9dhms]+'"
)
VALUES = [0, 1, 2, -1, 1.5, "", "x", " x", "x ", "a b", "a,b", "a\nb", "tab\tin", "1", "0", "2s",
          "1s1m", "1m1s", "1d2h", "3", "auto", "never", "postgres", "mariadb", "Postgres", "1st", "-",
          "ü", "a" * 200, "a" * 201, "ü" * 200, "a" * 400, "a" * 401, "/x", "../x", True, False, None,
          [], ["a"], ["a", "b"], ["a", "a"], [""], [1], [[]], [None], {}, {"sql": "x"}, [{"sql": "x"}],
          "bigint", "varchar(9)", "varchar(65536)", "decimal(9,2)", {"decimal": [9, 2]}, {"varchar": 0},
          {"native": "x"}, {"native": {"sqlite": "x"}}, {"sql": ""}, {"name": "a", "type": "text"},
          {"name": "x"}, {"expression": "x", "order": "desc"}, {"a": 1}, [{"a": 1}, {"b": None}],
          {"table": "x", "column": "y"}, {"table": "x", "columns": ["y", "z"], "onDelete": "cascade"},
          [{"file": "x"}], [{"sql": "x", "file": "x"}], [{}], {"a": {"b": [1]}},
          {"A": {}}, {"A": {"env": "X", "secret": True}}, {"A": {"file": "x", "default": "y"}}]
KEYS = ["version", "database", "defaults", "migrations", "id", "name", "tags", "metadata",
        "transaction", "lock_timeout", "statement_timeout", "lock_retries", "allow_empty", "up", "down", "sql", "file", "$schema",
        "placeholders", "default", "env", "secret", "other"]


class PlainLoader(yaml.SafeLoader):
    """YAML with JSON's numbers, true, false and null only, as the decoder reads metadata."""


PlainLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
):
    PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def load(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, PlainLoader)


def places(value, found):
    """Every (container, key) in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(entries):
        found.append((value, key))
        if isinstance(item, (dict, list)):
            places(item, found)
    return found


def mutant(document, rng):
    document = copy.deepcopy(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        found = places(document, [])
        if not found:
            break
        container, key = rng.choice(found)
        action = rng.randrange(5)
        if action == 0:
            del container[key]
        elif action == 1 and isinstance(container, dict):
            container[rng.choice(KEYS)] = container.pop(key)
        elif action == 2 and isinstance(container, dict):
            container[rng.choice(KEYS)] = copy.deepcopy(rng.choice(VALUES))
        elif action == 3 and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        else:
            container[key] = copy.deepcopy(rng.choice(VALUES))
    return document


def verdicts(program, paths):
    lines = "".join(f"{path}\n" for path in paths)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return [[] if line == "ok" else line.split("\t") for line in done.stdout.splitlines()]


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    program, data, examples = sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = []

    def expect(folder, by_schema, by_decoder):
        paths = [p for p in sorted(folder.iterdir()) if p.suffix in (".yaml", ".json")]
        assert paths, f"no plans in {folder}"
        for path, said in zip(paths, verdicts(program, paths), strict=True):
            if validator.is_valid(load(path)) != by_schema:
                failures.append(f"{path}: the schema should {'accept' if by_schema else 'refuse'} it")
            if (not said) != by_decoder:
                failures.append(f"{path}: the decoder says {said or 'ok'}")
        return paths

    good = expect(data / "good", True, True) + expect(examples, True, True)
    expect(data / "bad", False, False)
    expect(data / "refused_by_decoder_only", True, False)
    expect(data / "refused_by_schema_only", False, True)

    rng = random.Random(20240101)
    documents = [load(path) for path in good]
    with tempfile.TemporaryDirectory() as folder:
        for file in (data / "good").glob("*.csv"):
            shutil.copy(file, folder)
        mutants, paths = [], []
        for number in range(2000):
            mutants.append(mutant(rng.choice(documents), rng))
            paths.append(pathlib.Path(folder) / f"{number}.json")
            paths[-1].write_text(json.dumps(mutants[-1]), encoding="utf-8")
        (pathlib.Path(folder) / "sql").mkdir()
        accepted = 0
        for document, said in zip(mutants, verdicts(program, paths), strict=True):
            is_valid = validator.is_valid(document)
            rest = [message for message in said if not DECODER_ONLY.search(message)]
            accepted += is_valid
            if is_valid and rest:
                failures.append(f"only the decoder refuses {json.dumps(document)}: {rest}")
            elif not is_valid and not said:
                first = next(validator.iter_errors(document))
                failures.append(f"only the schema refuses {json.dumps(document)}: {first.message}")
    print(f"{len(good)} good plans, 2000 changed ones of which the schema accepts {accepted}")
    for failure in failures[:20]:
        print(failure[:2000], file=sys.stderr)
    return 1 if failures or not 100 < accepted < 1900 else 0


if __name__ == "__main__":
    sys.exit(main())
