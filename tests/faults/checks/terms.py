# SPDX-License-Identifier: Apache-2.0
"""SIGTERM at random times, sometimes followed by another signal: the run ends in time with 0 or 13
and leaves nothing at work on the server, and the next run finishes."""

import signal
import time

from trials import Measured, after_rerun, clean_seconds, fresh, named, pause, wait_until_listening

TERMS = (500, 24)  # of the full plan, of the slice, over all databases
GRACE_S = 10
IDLE_S = 2
ACTIVE = ("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND "
          "state = 'active' AND pid <> pg_backend_pid()")


def run(context):
    found, figures = context.reachable()
    count = -(-context.size(*TERMS) // max(1, len(found)))
    return figures + [terms(context, name, kind, count) for name, kind in found]


def terms(context, name, kind, count):
    subject = context.garboard
    subject.learn(kind)
    clean = clean_seconds(subject, kind)
    seconds, codes = Measured(), Measured()

    def trial(number):
        chance = context.random(name, number)
        at = clean * 1.3 * (number + chance.random()) / count  # two at once take longer
        signals = [signal.SIGTERM, *chance.choice([(), (), (signal.SIGTERM,), (signal.SIGINT,)])]
        with fresh(kind) as database:
            asked, ended = stopped(subject, database, at, signals, chance.random() * 0.2)
            if ended.code not in (0, 13):
                return ended.problems(13)
            seconds.add(asked)
            codes.add(ended.code)
            return still_active(database) + ended.problems(ended.code) or after_rerun(subject, database)

    figure = context.each(name, range(count), trial, workers=2)
    return named(figure, "SIGTERM at random times",
                 f"{codes.numbers.count(13)} ended with 13, {codes.numbers.count(0)} with 0, after "
                 f"{seconds.largest():.1f} s at most")


def stopped(subject, database, at, signals, gap):
    """How long after the first signal the run ended, and how."""
    process = subject.start(database.url)
    wait_until_listening(process)
    pause(process, at)
    asked = time.monotonic()
    for number in signals:
        process.send_signal(number)
        pause(process, gap)
    ended = subject.wait(process, within_s=GRACE_S)
    return time.monotonic() - asked, ended


def still_active(database):
    """What is still at work on PostgreSQL a while after the end; MySQL lets a statement end."""
    if database.kind != "postgres":
        return []
    deadline = time.monotonic() + IDLE_S
    while True:
        asked = time.monotonic()
        if database.scalar(ACTIVE) == "0":
            return []
        if asked > deadline:
            return [f"a statement is still active {IDLE_S} s after the end"]
        time.sleep(0.1)
