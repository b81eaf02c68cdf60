# SPDX-License-Identifier: Apache-2.0
"""The policy hook with a database to ask, and what it found out about each statement."""

import json
import os
import pathlib
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "support")]
import hook_process  # noqa: E402

GARBOARD = os.environ["GARBOARD"]
POLICY = os.environ["GARBOARD_POLICY"]


def _cell(text):
    return None if text == "NULL" else text


class Policy:
    """`database` as in tests/e2e/databases.py; `dialect` as an event names it."""

    def __init__(self, database, dialect, config=None):
        self.database = database
        self.dialect = dialect
        self.folder = tempfile.TemporaryDirectory(prefix="garboard-policy-")
        self.facts = os.path.join(self.folder.name, "facts.json")
        config = {**(config or {})}
        # a rule that allows everything, and leaves what it was told
        config["custom"] = [*config.get("custom", []),
                            {"id": "FACTS", "exec": ["sh", "-c", f"cat > {self.facts}"]}]
        self.hook = hook_process.HookProcess(GARBOARD, POLICY, config, answer_query=self.answer)

    def answer(self, sql):
        return [[_cell(cell) for cell in row] for row in self.database.query(sql)]

    def review(self, statements, in_transaction=True, **more):
        """Findings as {rule: severity}, and the facts of each statement."""
        listed = [{"number": i, "sql": sql} for i, sql in enumerate(statements, 1)]
        event = hook_process.event(
            "before_run", migrations=[{"id": "m", "name": "m", "direction": "up", "lockTimeoutMs": 2000,
                                       "isOneTransaction": in_transaction, "statements": listed, **more}])
        event["data"]["database"]["dialect"] = self.dialect
        said = self.hook.event(event)
        assert "verdict" in said, said
        with open(self.facts, encoding="utf-8") as file:
            facts = json.load(file)["statements"]
        findings = (said.get("findings") or {}).get("findings", [])
        return {f["rule"]: f["severity"] for f in findings}, facts

    def close(self):
        self.hook.finish()
        self.hook.__exit__()
        self.folder.cleanup()
