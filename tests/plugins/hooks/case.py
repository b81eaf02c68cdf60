# SPDX-License-Identifier: Apache-2.0
"""What the tests of hooks share: the built hook in its own process, and events that fit their schema."""

import json
import os
import sys
import tempfile
import unittest

import jsonschema

PROJECT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.path.insert(0, os.path.join(PROJECT, "tests", "support"))
import hook_process  # noqa: E402

HOOK = os.environ["GARBOARD_TEST_HOOK"]
GARBOARD = os.environ["GARBOARD"]

with open(os.path.join(PROJECT, "schema", "event.schema.json"), encoding="utf-8") as file:
    EVENT = json.load(file)


def event(kind, number=1, **data):
    """A CloudEvent as the host tells it."""
    made = hook_process.event(kind, **data)
    made["id"] = f"run-{number}"
    made["data"]["run"].update(app="shop", environment="prod")
    jsonschema.validate(made, EVENT)
    return made


def summary(applied=2, pending=0, **more):
    return {"durationMs": 1500, "applied": applied, "pending": pending, **more}


def error(message="relation \"t\" does not exist"):
    return {"exitCode": 30, "reason": "statement-failed", "message": message, "sqlstate": "42P01"}


class HookTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="garboard-hook-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None, mode=0o644):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as written:
                written.write(text)
            os.chmod(path, mode)
        return path

    def start(self, config, env=None):
        process = hook_process.HookProcess(GARBOARD, HOOK, config, env=env, timeout=60)
        self.addCleanup(process.__exit__)
        return process

    def hook(self, config, env=None):
        """The hook, running, whose schema takes the config."""
        process = self.start(config, env)
        self.assertIn("describe", process.described, process.described)
        described = process.described["describe"]
        jsonschema.validate(config, described["configSchema"])
        # so that nothing is started to be asked what it wants to be told
        self.assertEqual(hook_process.noted_events(HOOK), described["events"])
        return process

    def without_libcurl(self):
        """Variables with which a hook that loads libcurl finds one that is none."""
        for name in ("libcurl.so.4", "libcurl-gnutls.so.4"):
            self.path(name, "no library")
        return {"LD_LIBRARY_PATH": self.folder}

    def refusal(self, config, env=None):
        """Why the hook takes no such config."""
        return self.message(self.start(config, env).described)

    def message(self, answer):
        """What failed."""
        self.assertIn("error", answer)
        return answer["error"]["message"]
