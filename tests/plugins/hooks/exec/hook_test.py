#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hook exec in its own process: what a program answers, and what becomes of one that does not."""

import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from case import PROJECT, HookTest, event  # noqa: E402

ALLOW, WARN, DENY = range(3)


def before_run(*statements):
    return event("before_run", migrations=[
        {"id": "0001", "name": "0001", "direction": "up",
         "statements": [{"number": i + 1, "sql": sql} for i, sql in enumerate(statements)]}])


def shell(script, **more):
    return {"command": ["sh", "-c", script], **more}


class ExecHook(HookTest):
    def test_the_example_denies_and_allows(self):
        hook = self.hook({"command": [sys.executable, os.path.join(PROJECT, "examples/hooks/no_drop.py")]})
        self.assertEqual(hook.event(before_run("CREATE TABLE t (x INT)")),
                         {"verdict": ALLOW, "findings": {"findings": []}})
        answer = hook.event(before_run("SELECT 1", "drop  table t"))
        self.assertEqual(answer["verdict"], DENY)
        self.assertEqual(answer["findings"]["findings"][0]["rule"], "ORG1")
        self.assertEqual(answer["findings"]["findings"][0]["statement"], 2)

    def test_each_verdict(self):
        for name, verdict in (("allow", ALLOW), ("warn", WARN), ("deny", DENY)):
            hook = self.hook(shell(f"echo '{{\"verdict\":\"{name}\"}}'"))
            self.assertEqual(hook.event(before_run()), {"verdict": verdict})

    def test_only_the_events_asked_for_run_the_program(self):
        marks = self.path("marks")
        hook = self.hook(shell(f"echo ran >> {marks}", events=["run.failed"]))
        self.assertEqual(hook.event(before_run()), {"verdict": ALLOW})
        hook.event(event("plan.ready"))
        self.assertFalse(os.path.exists(marks))
        hook.event(event("run.failed"))
        with open(marks, encoding="utf-8") as file:
            self.assertEqual(file.read(), "ran\n")

    def test_what_an_observer_prints_is_not_looked_at(self):
        hook = self.hook(shell("echo nonsense"))
        self.assertNotIn("error", hook.event(event("run.succeeded")))
        self.assertIn("no verdict", self.message(hook.event(before_run())))

    def test_a_crash_a_code_nonsense_and_absence_are_failures(self):
        for script, words in (("kill -SEGV $$", "was ended by signal 11"),
                              ("echo why >&2; exit 3", "ended with code 3: why"),
                              ("echo maybe", "no verdict"),
                              ("", "no verdict")):
            hook = self.hook(shell(script))
            self.assertIn(words, self.message(hook.event(before_run())))
            # one failure is not the end of the hook
            self.assertIn(words, self.message(hook.event(before_run())))
        gone = self.hook({"command": ["/nowhere/at-all"]})
        self.assertIn("cannot run /nowhere/at-all: No such file", self.message(gone.event(before_run())))

    def test_a_program_that_hangs_is_killed_with_its_children(self):
        pids = self.path("pids")
        hook = self.hook(shell(f"sleep 1000 & echo $! > {pids}; echo $$ >> {pids}; wait", timeout="300ms"))
        self.assertIn("was still running after 300ms", self.message(hook.event(before_run())))
        self.assert_gone(pids)

    def test_a_program_is_killed_when_nobody_waits_any_more(self):
        pids = self.path("pids")
        hook = self.hook(shell(f"sleep 1000 & echo $! > {pids}; echo $$ >> {pids}; wait", timeout="10m"))
        hook.lines.write(json.dumps({"event": before_run()}) + "\n")
        hook.lines.flush()
        while not os.path.exists(pids) or len(self.lines(pids)) < 2:
            time.sleep(0.01)
        hook.close()
        self.assertEqual(hook.process.wait(60), 0)
        self.assert_gone(pids)

    def test_stderr_goes_to_the_log(self):
        hook = self.hook(shell("echo one >&2; echo two >&2; echo '{\"verdict\":\"allow\"}'"))
        hook.event(before_run())
        self.assertEqual(hook.logs, ["one", "two"])

    def test_a_config_that_cannot_be_is_refused(self):
        for config in ({}, {"command": []}, {"command": "sh"}, {"command": ["sh"], "timeout": "5"}):
            self.assertTrue(self.refusal(config), config)

    @staticmethod
    def lines(path):
        with open(path, encoding="utf-8") as file:
            return file.read().split()

    def assert_gone(self, pids):
        waiting = set(self.lines(pids))
        self.assertEqual(len(waiting), 2)
        deadline = time.monotonic() + 60
        while waiting and time.monotonic() < deadline:
            waiting = {pid for pid in waiting if self.lives(pid)}
            time.sleep(0.01)
        self.assertFalse(waiting)

    @staticmethod
    def lives(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return bool(file.read())  # nothing of a zombie
        except (FileNotFoundError, ProcessLookupError):
            return False


if __name__ == "__main__":
    unittest.main()
