# SPDX-License-Identifier: Apache-2.0
"""64 runs at once, as when a deployment with 64 replicas starts, on an empty database and on one
where half is applied: all succeed, and each migration is applied by exactly one of them."""

import collections
import dataclasses
import json

import workload
from trials import fresh, named

STARTERS = 64
ROUNDS = (25, 1)  # of the full plan, of the slice; cold, and as many warm


def run(context):
    found, figures = context.reachable()
    for name, kind in found:
        context.garboard.learn(kind)
        figures += [starts(context, name, kind, is_warm) for is_warm in (False, True)]
    return figures


def starts(context, name, kind, is_warm):
    def trial(_):
        with fresh(kind) as database:
            return one_round(context.garboard, database, is_warm)

    figure = context.each(name, range(context.size(*ROUNDS)), trial)
    figure = dataclasses.replace(figure, done=figure.done * STARTERS)
    return named(figure, f"{STARTERS} starters at once, {'warm' if is_warm else 'cold'}",
                 f"{context.size(*ROUNDS)} rounds")


def one_round(subject, database, is_warm, starters=STARTERS):
    expected = [one.id for one in workload.migrations(database.kind)]
    if is_warm:
        half = len(expected) // 2
        if wrong := subject.run(database.url, "--to", expected[half - 1]).problems():
            return wrong
        expected = expected[half:]
    processes = [subject.start(database.url, "--output", "json", "--log-level", "error")
                 for _ in range(starters)]
    runs = [subject.wait(process) for process in processes]
    problems = [problem for one in runs for problem in one.problems()]
    applied = collections.Counter(name for one in runs for name in applied_by(one))
    problems += [f"{name} is reported as applied by {applied[name]} runs"
                 for name in expected if applied[name] != 1]
    return problems[:5] + subject.problems(database)


def applied_by(ended):
    try:
        report = json.loads(ended.output)
    except ValueError:
        return []
    return [one["id"] for one in report.get("migrations", []) if one.get("outcome") == "applied"]
