# SPDX-License-Identifier: Apache-2.0
"""What checks that disturb a run in the middle share."""

import contextlib
import dataclasses
import re
import signal
import statistics
import subprocess
import threading
import time

from subjects import Broken


@contextlib.contextmanager
def fresh(kind):
    """A fresh database of a kind, dropped at the end."""
    database = kind()
    try:
        yield database
    finally:
        database.drop()


def clean_seconds(subject, kind, count=3):
    """How long an undisturbed run takes."""
    lengths = []
    for _ in range(count):
        with fresh(kind) as database:
            started = time.monotonic()
            if wrong := subject.run(database.url).problems():
                raise Broken(f"a clean run on {kind.__name__} fails: {wrong}")
            lengths.append(time.monotonic() - started)
    return statistics.median(lengths)


def after_rerun(subject, database):
    """What is wrong after running once more: how that ends, or the database."""
    return subject.run(database.url).problems() or subject.problems(database)


def pause(process, seconds):
    """Waits that long, or until the process ends."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def wait_until_listening(process):
    """Until then a signal just ends the process, which has connected to nothing yet."""
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                blocked = re.search(r"^SigBlk:\s*(\w+)$", status.read(), re.MULTILINE)
        except OSError:
            return
        if blocked is None or int(blocked[1], 16) & (1 << (signal.SIGTERM - 1)):
            return
        time.sleep(0.0005)


def kill(process):
    """Whether the kill came before the end."""
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def named(figure, check, note=""):
    return dataclasses.replace(figure, check=check, note="; ".join(filter(None, [figure.note, note])))


class Measured:
    """Numbers that trials running at once add."""

    def __init__(self):
        self.lock = threading.Lock()
        self.numbers = []

    def add(self, number):
        with self.lock:
            self.numbers.append(number)

    def largest(self):
        return max(self.numbers, default=0)
