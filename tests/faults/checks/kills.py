# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random times, and at every system call that writes; one rerun has to mend everything."""

import collections
import os
import re
import shutil
import tempfile

from context import Figure
from subjects import Broken
from trials import after_rerun, clean_seconds, fresh, kill, named, pause

KILLS = (500, 8)  # of the full plan, of the slice
POINTS_OF_SLICE = 8
# what sends to a server or changes a file; SQLite commits by deleting its journal
WRITES = ["write", "writev", "pwrite64", "sendto", "sendmsg", "ftruncate", "fdatasync", "fsync", "unlink"]
CALL = re.compile(r"^(\d+) +(\w+)\(")


def run(context):
    found, figures = context.reachable()
    for name, kind in found:
        context.garboard.learn(kind)
        figures.append(random_kills(context, name, kind))
        figures.append(kills_at_writes(context, name, kind))
    return figures


def random_kills(context, name, kind):
    """Spread evenly over the length of a clean run, with some chance. Runs that ended before their
    time came are repeated, so that as many as promised were killed."""
    subject = context.garboard
    count = context.size(*KILLS)
    seconds = clean_seconds(subject, kind)
    early = []

    def trial(number):
        for again in range(20):
            at = 1.3 * seconds * (number + context.random(name, number, again).random()) / count
            with fresh(kind) as database:
                process = subject.start(database.url)
                pause(process, at * 0.9 ** again)
                if kill(process):
                    return after_rerun(subject, database)
            early.append(number)
        raise Broken("no run could be killed before its end")

    figure = context.each(name, range(count), trial, workers=2)
    return named(figure, "kill -9 at random times",
                 f"over {seconds * 1000:.0f} ms; {len(early)} that came too late were repeated")


def kills_at_writes(context, name, kind):
    """A clean run is traced to count its writing calls; then each of them in turn is the last."""
    title = "kill -9 at every write"
    if shutil.which("strace") is None:
        return Figure(name, title, 0, 0, "not run: strace is not installed")
    every = points(context.garboard, kind)
    late = []

    def trial(point):
        with fresh(kind) as database:
            was_killed, problems = killed_at(context.garboard, database, point)
            if not was_killed:
                late.append(point)
            return problems

    figure = context.each(name, context.pick(name, every, POINTS_OF_SLICE), trial, workers=2)
    return named(figure, title, f"{len(every)} points; {len(late)} runs ended before theirs")


def points(subject, kind):
    """(system call, which one) of everything that a clean run writes."""
    return [(call, number) for call, count in sorted(counted_calls(subject, kind).items())
            for number in range(1, count + 1)]


def killed_at(subject, database, point):
    """Whether a run was killed at that call, and what is wrong after another one."""
    inject = f"inject={point[0]}:signal=KILL:when={point[1]}"
    ended = subject.wait(traced(subject, database, "-e", inject, "-o", os.devnull))
    return ended.code != 0, after_rerun(subject, database)


def traced(subject, database, *options):
    return subject.start(database.url, prefix=["strace", "-f", "-qq", "-e", "signal=none", *options])


def counted_calls(subject, kind):
    """How often the busiest thread makes each writing call in a clean run; strace counts by thread."""
    by_thread = collections.Counter()
    with fresh(kind) as database, tempfile.NamedTemporaryFile("r", errors="replace") as file:
        process = traced(subject, database, "-e", "trace=" + ",".join(WRITES), "-o", file.name)
        if wrong := subject.wait(process).problems():
            raise Broken(f"a traced run fails: {wrong}")
        by_thread.update(found.groups() for found in map(CALL.match, file) if found)
    counts = collections.Counter()
    for (_, call), count in by_thread.items():
        counts[call] = max(counts[call], count)
    return counts
