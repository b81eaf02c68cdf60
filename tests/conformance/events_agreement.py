#!/usr/bin/env python3
"""The events of the conformance kit are as schema/event.schema.json says, and complete."""
import json
import pathlib
import subprocess
import sys

import jsonschema

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] / "schema/event.schema.json").read_text())


def main(program):
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    events = [json.loads(line) for line in printed.splitlines()]
    for event in events:
        jsonschema.validate(event, SCHEMA)
    types = [event["type"] for event in events]
    assert sorted(types) == sorted(SCHEMA["properties"]["type"]["enum"]), types
    shown = {key for event in events for key in event["data"]}
    known = set(SCHEMA["definitions"]["data"]["properties"])
    assert shown == known, f"no event shows {known - shown}"


main(sys.argv[1])
