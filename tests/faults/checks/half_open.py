# SPDX-License-Identifier: Apache-2.0
"""Stops relaying for good, telling nobody, at a message in the middle of a run, as when the node that
garboard runs on vanishes behind a load balancer that keeps the connection up. Another run then goes
directly to the server. Not in the middle of a COPY, where PostgreSQL waits for its client without end.

Broken: the other run does not get the lock and finish within 60 seconds, or anything happened other
than exactly once, also after the first run was killed."""

import concurrent.futures

import wire
from checks.cuts import messages_of

LIMIT_S = 60
STALLS = (50, 1)  # in the full plan, in the slice
WORKERS = 10  # runs that wait, most of the time


def try_stall(subject, database_class, number):
    database = database_class()
    address = database.server
    try:
        with wire.Proxy(database.kind, address.hostname, address.port) as proxy:
            def stall_there(sender, count, arrived):
                if sender == wire.CLIENT and count >= number and not is_copying(database, arrived):
                    proxy.stall()

            proxy.on_message = stall_there
            stalled = subject.start(wire.through(database.url, proxy.port))
            try:
                wait_until_stalled(proxy, stalled)
                ended = subject.run(database.url, "--lock-wait", f"{LIMIT_S}s", within_s=2 * LIMIT_S)
                found = ended.problems()
            finally:
                stalled.kill()
                stalled.communicate()
        return found + subject.problems(database)
    finally:
        database.drop()


def is_copying(database, arrived):
    """Rows of a COPY: while PostgreSQL waits for those, none of its settings bounds the silence."""
    return database.kind == "postgres" and arrived.startswith(b"d")


def wait_until_stalled(proxy, process):
    while not proxy.is_stalled:
        if process.poll() is not None:
            raise AssertionError("the run ended before the line went dead: " + process.stdout.read())
        proxy.stalled.wait(0.1)


def run(context):
    found, figures = context.reachable("postgres", "mariadb", "mysql")
    with concurrent.futures.ThreadPoolExecutor(len(found) or 1) as all_at_once:
        waiting = [all_at_once.submit(stall_often, context, *each) for each in found]
        return figures + [one.result() for one in waiting]


def stall_often(context, name, database_class):
    subject = context.garboard
    subject.learn(database_class)
    probe = database_class()
    probe.drop()
    last = messages_of(subject, database_class, probe.server)[wire.CLIENT]
    # from the middle on, so that there is a lock to hold
    numbers = context.random(name).choices(range(last // 2, last), k=context.size(*STALLS))
    return context.each(name, numbers, lambda number: try_stall(subject, database_class, number), WORKERS)
