#!/usr/bin/env python3
"""A gate for the hook "exec": denies a run that drops a table.

In the hooks file:
  - name: exec
    events: [before_run]
    config: {command: [python3, examples/hooks/no_drop.py]}
"""
import json
import re
import sys

event = json.load(sys.stdin)
findings = [
    {"rule": "ORG1", "severity": "error", "message": "tables are dropped by the DBAs only",
     "migration": migration["id"], "statement": statement["number"]}
    for migration in event["data"]["migrations"]
    for statement in migration.get("statements", [])
    if re.match(r"\s*DROP\s+TABLE\b", statement.get("sql", ""), re.IGNORECASE)
]
json.dump({"verdict": "deny" if findings else "allow", "findings": findings}, sys.stdout)
