# SPDX-License-Identifier: Apache-2.0
"""Cuts the line between the tool and the server once in a run, at each message of the protocol in
either direction: by FIN, by RST, and by a black hole that swallows everything and then resets. The
message is lost, or the last to arrive. On PostgreSQL, through PgBouncer, on MariaDB and MySQL.

Broken: that very run does not exit with 0, or anything happened other than exactly once."""

import contextlib
import urllib.parse

import wire
from pgbouncer import PROGRAM, PgBouncer

WORKERS = 3
SLICE = 14
HOLE_S = {True: 30, False: 4}


def cases(counts, hole_s):
    """Each message of both directions, lost in three ways, and in two ways the last to pass."""
    return [wire.Cut(sender, number, side, way, hole_s)
            for sender in (wire.CLIENT, wire.SERVER)
            for number in range(1, counts[sender] + 1)
            for side, way in ((wire.BEFORE, wire.FIN), (wire.AFTER, wire.RST), (wire.BEFORE, wire.HOLE))]


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
    all_cases = cases(counts, HOLE_S[context.is_full])
    chosen = context.pick(name, all_cases, SLICE)
    figure = context.each(name, chosen, lambda cut: try_cut(subject, database_class, address, cut), WORKERS)
    figure.note = f"{counts[wire.CLIENT]} messages of the client, {counts[wire.SERVER]} of the server"
    return figure


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
