#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hook notify in its own process: what arrives, how often it is tried, and what is never said."""

import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from case import EVENT, GARBOARD, PROJECT, HookTest, error, event, summary  # noqa: E402
from receiver import Answer, Nobody, Receiver  # noqa: E402

import jsonschema  # noqa: E402
import yaml  # noqa: E402

RECEIVER = os.path.join(PROJECT, "examples", "hooks", "webhook_receiver.py")
sys.path.insert(0, os.path.dirname(RECEIVER))
import webhook_receiver  # noqa: E402

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def failed(number=1):
    return event("run.failed", number, error=error(), summary=summary())


class NotifyTest(HookTest):
    def notify(self, *receivers, kind="webhook", env=None, required=False, **more):
        """The hook with a target for each receiver, whose URL ends in a secret."""
        variables = {f"URL{n}": f"{getattr(r, 'origin', r)}/canary-path" for n, r in enumerate(receivers)}
        targets = [{"kind": kind, "urlEnv": name, **more} for name in variables]
        config = {"targets": targets, **({"required": True} if required else {})}
        return self.hook(config, env={**variables, **(env or {})})

    def end(self, hook):
        """Ends it; what it logged, in which no secret is."""
        said = hook.finish() + "\n".join(hook.logs)
        for secret in ("canary", SECRET[6:], NEW_SECRET[6:]):
            self.assertNotIn(secret, said)
        return hook.logs

    @staticmethod
    def headers(request):
        return {name.lower(): value for name, value in request.headers.items()}

    def verify(self, secret, request):
        webhook_receiver.verify(secret, self.headers(request), request.body)


class Webhook(NotifyTest):
    def test_an_event_arrives_as_it_is_and_signed(self):
        with Receiver() as receiver:
            hook = self.notify(receiver, secretEnv="SECRET", env={"SECRET": SECRET})
            self.assertEqual(hook.event(failed()), {"verdict": 0})
            [request] = receiver.wait_for(1)
            self.assertEqual(self.end(hook), [])
        self.assertEqual(json.loads(request.body), failed())
        jsonschema.validate(json.loads(request.body), EVENT)
        self.assertEqual(request.path, "/canary-path")
        self.assertTrue(request.headers["Content-Type"].startswith("application/cloudevents+json"))
        self.assertEqual(request.headers["webhook-id"], "run-1")
        self.verify(SECRET, request)
        with self.assertRaises(ValueError):
            self.verify(NEW_SECRET, request)
        with self.assertRaises(ValueError):
            webhook_receiver.verify(SECRET, self.headers(request), request.body + b" ")
        with self.assertRaises(ValueError):
            webhook_receiver.verify(SECRET, {**self.headers(request), "webhook-timestamp": "1"}, request.body)

    def test_two_secrets_let_either_be_taken_away(self):
        secrets = self.path("secrets", f"{NEW_SECRET}\n{SECRET}\n")
        with Receiver() as receiver:
            hook = self.notify(receiver, secretFile=secrets)
            hook.event(failed())
            [request] = receiver.wait_for(1)
            self.end(hook)
        self.verify(SECRET, request)
        self.verify(NEW_SECRET, request)

    def test_the_example_receives_it(self):
        receiver = subprocess.Popen([sys.executable, RECEIVER, "0"], env={**os.environ, "WEBHOOK_SECRET": SECRET},
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(receiver.stdout.close)
        self.addCleanup(receiver.wait)
        self.addCleanup(receiver.kill)
        origin = receiver.stdout.readline().split()[-1]
        hook = self.notify(origin, secretEnv="SECRET", env={"SECRET": SECRET})
        hook.event(failed())
        self.assertEqual(receiver.stdout.readline(), "garboard.run.failed shop \n")
        self.assertEqual(self.end(hook), [])
        hook = self.notify(origin, secretEnv="SECRET", env={"SECRET": NEW_SECRET})
        hook.event(failed())
        self.assertEqual(receiver.stdout.readline(), "refused: not signed by us\n")
        self.assertIn("answered 401", self.end(hook)[0])

    def test_a_certificate_is_checked(self):
        certificate = self.path("certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", certificate + ".key", "-out",
                        certificate + ".crt"], check=True, capture_output=True)
        for part in (".key", ".crt"):
            with open(certificate + part, encoding="utf-8") as source, open(certificate, "a", encoding="utf-8") as to:
                to.write(source.read())
        with Receiver(certificate=certificate) as receiver:
            trusting = self.notify(receiver, required=True, env={"SSL_CERT_FILE": certificate + ".crt"})
            self.assertEqual(trusting.event(failed()), {"verdict": 0})
            wary = self.notify(receiver, required=True)
            self.assertIn("certificate", self.message(wary.event(failed())).lower())
            self.assertEqual(len(receiver.received), 1)


class Delivery(NotifyTest):
    def test_it_is_tried_again_with_the_same_id(self):
        with Receiver(Answer(500), Answer(502)) as receiver:
            hook = self.notify(receiver, secretEnv="SECRET", env={"SECRET": SECRET})
            hook.event(failed())
            requests = receiver.wait_for(3)
            self.assertEqual(self.end(hook), [])
        self.assertEqual({r.headers["webhook-id"] for r in requests}, {"run-1"})
        for request in requests:
            self.verify(SECRET, request)

    def test_after_three_tries_it_is_given_up(self):
        with Receiver(*[Answer(500)] * 3) as receiver:
            hook = self.notify(receiver)
            hook.event(failed())
            receiver.wait_for(3)
            logs = self.end(hook)
            self.assertEqual(logs, [f"not delivered to webhook 1: {receiver.origin}: answered 500"])
            self.assertEqual(len(receiver.received), 3)

    def test_a_refusal_is_not_tried_again(self):
        with Receiver(Answer(410)) as receiver:
            hook = self.notify(receiver)
            hook.event(failed())
            receiver.wait_for(1)
            self.assertIn("answered 410", self.end(hook)[0])
            self.assertEqual(len(receiver.received), 1)

    def test_a_redirection_is_not_followed(self):
        with Receiver() as other, Receiver(Answer(302, {"Location": other.origin})) as receiver:
            hook = self.notify(receiver)
            hook.event(failed())
            self.assertIn("answered 302", self.end(hook)[0])
            self.assertEqual(other.received, [])

    def test_retry_after_is_kept_to(self):
        with Receiver(Answer(429, {"Retry-After": "2"})) as receiver:
            hook = self.notify(receiver)
            hook.event(failed())
            first, second = receiver.wait_for(2)
            self.assertGreaterEqual(second.time - first.time, 1.9)
            self.assertEqual(self.end(hook), [])

    def test_one_that_hangs_is_tried_again(self):
        with Receiver(Answer(hang=600)) as receiver:
            hook = self.notify(receiver)
            hook.event(failed())
            receiver.wait_for(2)
            self.assertEqual(self.end(hook), [])

    def test_the_run_does_not_wait_nor_does_another_target(self):
        with Receiver(*[Answer(hang=600)] * 9) as hanging, Receiver() as quick:
            hook = self.notify(hanging, quick)
            for number in range(3):
                self.assertEqual(hook.event(failed(number)), {"verdict": 0})
            self.assertLess(len(hanging.received), 9, "the last event was answered before the tries were over")
            self.assertEqual([r.headers["webhook-id"] for r in quick.wait_for(3)], ["run-0", "run-1", "run-2"])

    def test_the_end_waits_for_ten_seconds_at_most(self):
        with Receiver(*[Answer(429, {"Retry-After": "3600"})] + [Answer(hang=600)] * 20) as receiver:
            hook = self.notify(receiver)
            for number in range(6):
                hook.event(failed(number))
            receiver.wait_for(1)
            begun = time.monotonic()
            logs = self.end(hook)
            # far less than what is left would take: an hour and five times three tries of 3 s
            self.assertLess(time.monotonic() - begun, 30)
        self.assertIn("more, for which there was no time", logs[-1])

    def test_nobody_listening_and_a_bad_name_are_logged(self):
        with Nobody() as origin:
            hook = self.notify(origin, "https://garboard.invalid")
            hook.event(failed())
            logs = self.end(hook)
        self.assertEqual(len(logs), 2, logs)
        self.assertEqual({line.split(":")[0] for line in logs},
                         {"not delivered to webhook 1", "not delivered to webhook 2"})

    def test_what_is_required_is_delivered_before_the_answer(self):
        with Receiver(Answer(500)) as receiver:
            hook = self.notify(receiver, required=True)
            self.assertEqual(hook.event(failed()), {"verdict": 0})
            self.assertEqual(len(receiver.received), 2)
        with Receiver(*[Answer(400)] * 3) as receiver:
            hook = self.notify(receiver, required=True)
            self.assertEqual(self.message(hook.event(failed())),
                             f"not delivered to webhook 1: {receiver.origin}: answered 400")
            self.end(hook)


class Chosen(NotifyTest):
    def test_nothing_is_loaded_nor_sent_without_need(self):
        with Receiver() as receiver:
            hook = self.notify(receiver, required=True, env=self.without_libcurl())
            self.assertEqual(hook.event(event("plan.ready", migrations=[]))["verdict"], 0)
            self.assertIn("libcurl", self.message(hook.event(event("run.succeeded",
                                                                   summary=summary(applied=1)))))
            self.end(hook)
            hook = self.notify(receiver)
            hook.event(event("plan.ready", migrations=[]))
            hook.event(event("run.succeeded", summary=summary(applied=1)))
            receiver.wait_for(1)
            self.end(hook)
            self.assertEqual(len(receiver.received), 1)

    def test_chats_are_told_once_who_is_in_the_way(self):
        def waiting(session, waited):
            return event("lock.waiting", waiting={"for": "statement", "waitedMs": waited,
                                                  "blockers": [{"session": session, "user": "bob"}]})
        for kind, expected in (("slack", 2), ("webhook", 3)):
            with Receiver() as receiver:
                hook = self.notify(receiver, kind=kind, events=["lock.waiting"])
                for session, waited in (("1", 1000), ("1", 2000), ("2", 3000)):
                    hook.event(waiting(session, waited))
                receiver.wait_for(expected)
                self.end(hook)
                self.assertEqual(len(receiver.received), expected)

    def test_slack_and_teams_get_their_own_forms(self):
        with Receiver() as receiver:
            hook = self.notify(receiver, kind="slack")
            hook.event(failed())
            [request] = receiver.wait_for(1)
            self.end(hook)
        self.assertIn("blocks", json.loads(request.body))
        self.assertNotIn("webhook-id", request.headers)
        with Receiver() as receiver:
            hook = self.notify(receiver, kind="teams")
            hook.event(failed())
            [request] = receiver.wait_for(1)
            self.end(hook)
        self.assertEqual(json.loads(request.body)["attachments"][0]["content"]["type"], "AdaptiveCard")

    def test_what_cannot_be_is_refused_without_a_secret(self):
        for env in ({}, {"URL": "canary"}, {"URL": "https://x", "SECRET": "canary"}):
            said = self.refusal({"targets": [{"kind": "webhook", "urlEnv": "URL", "secretEnv": "SECRET"}]}, env=env)
            self.assertTrue(said.startswith("target 1: "), said)
            self.assertNotIn("canary", said)


class WholeRun(NotifyTest):
    """garboard migrate with the hook, on a database in a file."""

    def migrate(self, receiver, **entry):
        target = {"kind": "webhook", "urlEnv": "URL", "secretEnv": "SECRET"}
        hooks = {"version": 1, "hooks": [{"name": "notify", "env": ["URL", "SECRET"],
                                          "config": {"targets": [target]}, **entry}]}
        plan = {"version": 1, "migrations": [{"id": "a", "up": [{"sql": "CREATE TABLE t (x INT)"}]}]}
        return subprocess.run(
            [GARBOARD, "migrate", "--url", "sqlite:" + self.path("demo.db"), "--plan",
             self.path("plan.json", json.dumps(plan)), "--hooks", self.path("hooks.json", json.dumps(hooks))],
            env={**os.environ, "URL": receiver.origin + "/canary", "SECRET": SECRET}, capture_output=True, text=True)

    def test_what_is_under_way_arrives_after_the_run(self):
        with Receiver(Answer(hang=1)) as receiver:
            done = self.migrate(receiver)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn('"level":"warn"', done.stderr)
            self.assertNotIn("canary", done.stdout + done.stderr)
            [request] = receiver.received
        self.verify(SECRET, request)
        told = json.loads(request.body)
        jsonschema.validate(told, EVENT)
        self.assertEqual((told["type"], told["data"]["summary"]["applied"]), ("garboard.run.succeeded", 1))

    def test_a_run_with_nothing_to_do_does_not_even_start_it(self):
        with Receiver() as receiver:
            self.migrate(receiver)
            done = self.migrate(receiver, env=["SECRET"])  # with no URL it would refuse its config
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn('"level":"warn"', done.stderr)
            self.assertEqual(len(receiver.received), 1)
            self.assertIn("notify", self.migrate(receiver, env=["SECRET"], idle_runs=True).stderr)
            self.migrate(receiver, idle_runs=True)
            told = [json.loads(request.body)["data"]["summary"]["applied"] for request in receiver.received]
            self.assertEqual(told, [1, 0])

    def test_the_example_file_is_one(self):
        with open(os.path.join(PROJECT, "examples", "hooks", "webhook.yaml"), encoding="utf-8") as file:
            hooks = yaml.safe_load(file)["hooks"][0]
        with Receiver() as receiver:
            hook = self.hook(hooks["config"], env={"WEBHOOK_URL": receiver.origin, "WEBHOOK_SECRET": SECRET})
            hook.event(failed())
            receiver.wait_for(1)
            self.end(hook)


if __name__ == "__main__":
    unittest.main()
