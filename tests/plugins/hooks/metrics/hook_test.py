#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hook metrics in its own process: what it writes, pushes and exports, and what it does not load."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from case import PROJECT, HookTest, error, event, summary  # noqa: E402
from receiver import Answer, Nobody, Receiver  # noqa: E402

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def value(text, name):
    found = re.search(rf"^{name}{{[^}}]*}} (\S+)$", text, re.MULTILINE)
    return found and found.group(1)


def attributes(item):
    return {a["key"]: next(iter(a["value"].values())) for a in item["attributes"]}


class TextFile(HookTest):
    def test_a_run_is_written(self):
        path = self.path("garboard.prom")
        hook = self.hook({"textFile": path})
        hook.event(event("run.succeeded", summary=summary(applied=3, lockWaitMs=20)))
        text = read(path)
        self.assertEqual(value(text, "garboard_migrations_applied"), "3")
        self.assertEqual(value(text, "garboard_lock_wait_seconds"), "0.02")
        self.assertIn('garboard_info{app="shop",environment="prod",version="0.1.0",dialect="postgres"} 1', text)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o644)
        self.assertEqual(os.listdir(self.folder), ["garboard.prom"])

    def test_a_failure_keeps_the_time_of_the_last_success(self):
        path = self.path("garboard.prom")
        self.hook({"textFile": path}).event(event("run.succeeded", summary=summary()))
        before = value(read(path), "garboard_last_success_timestamp_seconds")
        self.hook({"textFile": path}).event(event("run.failed", error=error(), summary=summary()))
        self.assertEqual(value(read(path), "garboard_last_run_success"), "0")
        self.assertEqual(value(read(path), "garboard_last_success_timestamp_seconds"), before)
        self.assertTrue(before)

    def test_a_reader_sees_a_whole_file_always(self):
        path = self.path("garboard.prom")
        hook = self.hook({"textFile": path})
        kinds = [event("run.succeeded", summary=summary(applied=n)) for n in (1, 1000000)]
        hook.event(kinds[0])
        over, broken, reads = threading.Event(), [], [0]

        def look():
            while not over.is_set():
                text = read(path)
                reads[0] += 1
                if not text.endswith('dialect="postgres"} 1\n') or text.count("# TYPE") != 11:
                    broken.append(text)

        reader = threading.Thread(target=look)
        reader.start()
        for n in range(400):
            hook.event(kinds[n % 2])
        over.set()
        reader.join()
        self.assertEqual(broken, [])
        self.assertGreater(reads[0], 10)

    def test_what_cannot_be_written_is_a_failure(self):
        hook = self.hook({"textFile": self.path("none/garboard.prom")})
        self.assertIn("none/garboard.prom: No such file", self.message(hook.event(event("run.succeeded"))))

    def test_no_libcurl_is_loaded_for_a_file(self):
        hook = self.hook({"textFile": self.path("garboard.prom")}, self.without_libcurl())
        self.assertEqual(hook.event(event("run.succeeded", summary=summary()))["verdict"], 0)
        self.assertTrue(read(self.path("garboard.prom")))
        with Receiver() as receiver:
            sends = self.hook({"pushgateway": {"url": receiver.origin}}, self.without_libcurl())
            self.assertIn("libcurl", self.message(sends.event(event("run.succeeded", summary=summary()))))


class Pushgateway(HookTest):
    def test_a_run_is_posted_to_the_group_of_its_app(self):
        with Receiver() as receiver:
            hook = self.hook({"pushgateway": {"url": receiver.origin + "/", "job": "db"}})
            self.assertEqual(hook.event(event("run.succeeded", summary=summary()))["verdict"], 0)
            [push] = receiver.wait_for(1)
        self.assertEqual(push.path, "/metrics/job/db/app/shop")
        self.assertEqual(push.headers["Content-Type"], "text/plain; version=0.0.4")
        self.assertIn("garboard_last_success_timestamp_seconds{", push.body.decode())

    def test_a_failure_does_not_push_a_success(self):
        with Receiver() as receiver:
            hook = self.hook({"pushgateway": {"url": receiver.origin}})
            for kind in ("run.failed", "run.cancelled"):
                hook.event(event(kind, summary=summary()))
            for push in receiver.wait_for(2):
                self.assertNotIn("last_success", push.body.decode())
                self.assertEqual(value(push.body.decode(), "garboard_last_run_success"), "0")

    def test_it_is_tried_again(self):
        with Receiver(Answer(500), Answer(503)) as receiver:
            hook = self.hook({"pushgateway": {"url": receiver.origin}})
            self.assertNotIn("error", hook.event(event("run.succeeded")))
            self.assertEqual(len(receiver.wait_for(3)), 3)

    def test_what_fails_is_said_without_the_password(self):
        path = self.path("garboard.prom")
        with Receiver(*[Answer(500)] * 3) as receiver:
            url = receiver.origin.replace("://", "://me:canary@") + "/canary"
            hook = self.hook({"textFile": path, "pushgateway": {"urlEnv": "PUSH"}}, env={"PUSH": url})
            said = self.message(hook.event(event("run.succeeded", summary=summary())))
            authorization = receiver.wait_for(1)[0].headers["Authorization"]
        self.assertEqual(said, f"pushgateway: {receiver.origin}: answered 500")
        self.assertTrue(authorization.startswith("Basic "))
        self.assertIn("garboard_info", read(path), "the file is written nevertheless")
        self.assertNotIn("canary", hook.finish() + "".join(hook.logs))

    def test_nobody_listening_is_a_failure(self):
        with Nobody() as origin:
            hook = self.hook({"pushgateway": {"url": origin}})
            self.assertIn(f"pushgateway: {origin}: Couldn't connect", self.message(hook.event(event("run.failed"))))

    def test_a_password_in_the_hooks_file_is_refused(self):
        said = self.refusal({"pushgateway": {"url": "http://me:canary@push"}})
        self.assertIn("urlEnv", said)
        self.assertNotIn("canary", said)


class OpenTelemetry(HookTest):
    def traces(self, env, config=None, statements=False):
        with Receiver() as receiver:
            hook = self.hook(config or {"otlp": {"metrics": False, "statements": statements}},
                             env={"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.origin, **env})
            migration = {"id": "0007", "name": "0007_add", "direction": "up", "durationMs": 30}
            hook.event(event("after_statement", migration=migration, durationMs=20,
                             statement={"number": 1, "sql": "ALTER TABLE t ADD c INT"}))
            hook.event(event("after_migration", migration=migration))
            self.assertNotIn("error", hook.event(event("run.succeeded", summary=summary())))
            return list(receiver.received)

    def spans(self, request):
        return json.loads(request.body)["resourceSpans"][0]["scopeSpans"][0]["spans"]

    def test_a_run_is_a_trace_below_the_parent(self):
        [request] = self.traces({"TRACEPARENT": f"00-{TRACE}-{PARENT}-01", "OTEL_SERVICE_NAME": "db-job",
                                 "OTEL_EXPORTER_OTLP_HEADERS": "api-key=canary%201"}, statements=True)
        self.assertEqual(request.path, "/v1/traces")
        self.assertEqual(request.headers["Content-Type"], "application/json")
        self.assertEqual(request.headers["api-key"], "canary 1")
        resource = json.loads(request.body)["resourceSpans"][0]["resource"]
        self.assertEqual(attributes(resource)["service.name"], "db-job")
        statement, migration, run = self.spans(request)
        self.assertEqual({s["traceId"] for s in (statement, migration, run)}, {TRACE})
        self.assertEqual([run["parentSpanId"], migration["parentSpanId"], statement["parentSpanId"]],
                         [PARENT, run["spanId"], migration["spanId"]])
        self.assertEqual(statement["name"], "ALTER TABLE")
        self.assertEqual(attributes(statement)["db.operation.name"], "ALTER TABLE")
        for span in (statement, migration, run):
            self.assertEqual(attributes(span)["db.system.name"], "postgresql")
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
            self.assertRegex(span["spanId"], "^[0-9a-f]{16}$")

    def test_statements_are_spans_only_if_asked_for(self):
        [request] = self.traces({})
        self.assertEqual([s["name"] for s in self.spans(request)], ["migration 0007", "garboard migrate"])

    def test_a_trace_that_is_not_sampled_is_not_sent(self):
        self.assertEqual(self.traces({"TRACEPARENT": f"00-{TRACE}-{PARENT}-00"}), [])

    def test_gauges_go_to_the_other_path(self):
        traces, metrics = self.traces({}, config={"otlp": {}})
        self.assertEqual([traces.path, metrics.path], ["/v1/traces", "/v1/metrics"])
        gauges = json.loads(metrics.body)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
        self.assertEqual({g["name"] for g in gauges} - set(names_of_the_code(self)), set())
        self.assertEqual(len(gauges), 11)


def names_of_the_code(test):
    """All metrics there are, as a run that succeeded writes them."""
    path = test.path("all.prom")
    test.hook({"textFile": path}).event(event("run.succeeded", summary=summary()))
    return re.findall(r"^# TYPE (\S+) gauge$", read(path), re.MULTILINE)


class Documents(HookTest):
    RULES = os.path.join(PROJECT, "deploy", "prometheus", "garboard.rules.yaml")
    DASHBOARD = os.path.join(PROJECT, "deploy", "prometheus", "garboard-dashboard.json")

    def test_they_name_what_there_is(self):
        names = set(names_of_the_code(self))
        self.assertEqual(len(names), 11)
        for path in (self.RULES, self.DASHBOARD, os.path.join(PROJECT, "docs", "metrics.md")):
            named = set(re.findall(r"\bgarboard_[a-z_]+", read(path)))
            self.assertTrue(named, path)
            self.assertEqual(named - names, set(), path)
        self.assertEqual(names - named, set(), "docs/metrics.md names them all")

    def test_the_dashboard_is_one(self):
        dashboard = json.loads(read(self.DASHBOARD))
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}), len(dashboard["panels"]))
        for panel in dashboard["panels"]:
            self.assertTrue(panel["targets"][0]["expr"] and panel["title"], panel)

    @unittest.skipUnless(shutil.which("promtool"), "promtool, of Debian's prometheus, is not here")
    def test_prometheus_takes_the_rules_and_the_figures(self):
        subprocess.run(["promtool", "check", "rules", self.RULES], check=True, capture_output=True)
        test = os.path.join(os.path.dirname(__file__), "rules_test.yaml")
        done = subprocess.run(["promtool", "test", "rules", test], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        path = self.path("garboard.prom")
        self.hook({"textFile": path}).event(event("run.succeeded", summary=summary()))
        with open(path, encoding="utf-8") as file:
            done = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
