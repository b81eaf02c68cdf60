# SPDX-License-Identifier: Apache-2.0
"""Cuts the line between the tool and the server once in a run, at each message of the protocol in
either direction: by FIN, by RST, and by a black hole that swallows everything and then resets. The
message is lost, or the last to arrive. On PostgreSQL, through PgBouncer, on MariaDB and MySQL.

Broken: that very run does not exit with 0, or anything happened other than exactly once."""

import concurrent.futures
import contextlib
import urllib.parse

import wire
from context import Figure
from pgbouncer import PROGRAM, PgBouncer

WORKERS = 3
HOLE_WORKERS = 16  # a run in a black hole waits
SLICE = 12
HOLE_S = {True: 30, False: 4}
MANNERS = [(way, side) for side in (wire.BEFORE, wire.AFTER) for way in (wire.FIN, wire.RST, wire.HOLE)]


def cases(counts, hole_s, seed):
    """Each message of both directions in one of six manners; which, goes round with the seed."""
    found = []
    for sender, number in ((sender, number) for sender in counts for number in range(1, counts[sender] + 1)):
        way, side = MANNERS[(number + seed + (sender == wire.SERVER)) % len(MANNERS)]
        found.append(wire.Cut(sender, number, side, way, hole_s))
    return found


def proxied(subject, database, address, cut=None):
    """One run through a proxy to `address`; how it ended, and the proxy."""
    with wire.Proxy(database.kind, address.hostname, address.port, cut) as proxy:
        ended = subject.run(wire.through(database.url, proxy.port))
    return ended, proxy


def try_cut(subject, database_class, address, cut):
    database = database_class()
    try:
        ended, proxy = proxied(subject, database, address, cut)
        return ended.problems() + subject.problems(database)
    finally:
        database.drop()


def messages_of(subject, database_class, address):
    """How many messages a run without any fault needs."""
    database = database_class()
    try:
        ended, proxy = proxied(subject, database, address)
        if problems := ended.problems():
            raise AssertionError(f"through the proxy and uncut: {problems}")
        return proxy.counts
    finally:
        database.drop()


def cut_everywhere(context, name, subject, database_class, address):
    subject.learn(database_class)
    counts = messages_of(subject, database_class, address)
    chosen = context.pick(name, cases(counts, HOLE_S[context.is_full], context.seed), SLICE)
    holes = [cut for cut in chosen if cut.way == wire.HOLE]
    others = [cut for cut in chosen if cut.way != wire.HOLE]
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        waiting = [both.submit(context.each, name, some,
                               lambda cut: try_cut(subject, database_class, address, cut), workers)
                   for some, workers in ((others, WORKERS), (holes, HOLE_WORKERS))]
        figures = [one.result() for one in waiting]
    note = f"{counts[wire.CLIENT]} messages of the client, {counts[wire.SERVER]} of the server"
    return Figure(name, context.check, sum(f.done for f in figures), sum(f.broken for f in figures), note)


@contextlib.contextmanager
def pgbouncer(server_url):
    with PgBouncer(server_url) as pool:
        yield urllib.parse.urlsplit(pool.url(server_url))


def run(context):
    found, figures = context.reachable("postgres", "mariadb", "mysql")
    for name, database_class in found:
        probe = database_class()
        probe.drop()
        address = probe.server
        figures.append(cut_everywhere(context, name, context.garboard, database_class, address))
        if name != "postgres":
            continue
        if PROGRAM is None:
            figures.append(context.skipped("pgbouncer", "pgbouncer is not installed"))
            continue
        with pgbouncer(address.geturl()) as pool:
            figures.append(cut_everywhere(context, "pgbouncer", context.garboard.pooled(), database_class, pool))
    return figures
