# SPDX-License-Identifier: Apache-2.0
"""Negative controls: with the lock, the claim or the intent row left out, which a test build can do,
the other checks have to find something broken. This one is broken when they do not."""

import re

from checks import kills, starters
from context import Figure
from subjects import Garboard
from trials import fresh

VARIABLE = "GARBOARD_TEST_WITHOUT"
ROUNDS = 12  # of starters, until one of them shows it
STARTERS = 24
MATTERS = {"lock": ("postgres", "mariadb", "mysql"), "claim": ("sqlite", "postgres"),
           "intent": ("mariadb", "mysql")}


class Crippled(Garboard):
    """Garboard without a part of its algorithm."""

    def __init__(self, program, part):
        super().__init__(program)
        self.part = part

    def start(self, url, *more, prefix=(), **how):
        return super().start(url, *more, prefix=(*prefix, "env", f"{VARIABLE}={self.part}"), **how)


def run(context):
    found, figures = context.reachable()
    with open(context.garboard.program, "rb") as program:
        knows = VARIABLE.encode() in program.read()
    for part, names in MATTERS.items():
        for name, kind in found:
            if name not in names:
                continue
            if knows:
                figures.append(control(context, part, name, kind))
            else:
                figures.append(Figure(name, f"without the {part}", 0, 0,
                                      "not run: built without GARBOARD_NEGATIVE_CONTROLS"))
    return figures


def control(context, part, name, kind):
    subject = Crippled(context.garboard.program, part)
    context.garboard.learn(kind)
    subject.references = context.garboard.references
    trials = rounds_of_starters(subject, kind, name) if part == "lock" else killed(context, subject, kind, name)
    done = 0
    for problems in trials:
        done += 1
        if problems:
            return Figure(name, f"without the {part}", done, 0,
                          f"noticed at trial {done}: {essence(problems[0])}")
    context.say(f"BROKEN: nothing on {name} notices that the {part} is left out")
    return Figure(name, f"without the {part}", done, done, "not noticed")


def essence(problem):
    """What a run said at last, or the problem's first line."""
    said = re.findall(r'"message":"((?:[^"\\]|\\.)*)"', problem)
    return (said[-1] if said else problem.splitlines()[0])[:100]


def rounds_of_starters(subject, kind, name):
    # PostgreSQL's claim alone would do for what is warm; creating the tables needs the lock
    for _ in range(ROUNDS):
        with fresh(kind) as database:
            yield starters.one_round(subject, database, name != "postgres", STARTERS)


def killed(context, subject, kind, name):
    points = kills.points(subject, kind)
    context.random(name, subject.part).shuffle(points)
    for point in points:
        with fresh(kind) as database:
            _, problems = kills.killed_at(subject, database, point)
            yield problems
