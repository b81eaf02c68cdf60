# SPDX-License-Identifier: Apache-2.0
"""Starts 64 runs at once through PgBouncer in transaction mode, on an empty database. Then one run
whose plan holds a journaled migration, which needs a session of its own.

Broken: a start that does not exit with 0; anything that happened other than once; the journaled
migration not being refused with exit code 25, before it did anything."""

from pgbouncer import PROGRAM, PgBouncer

STARTERS = (64, 16)  # in the full plan, in the slice
ROUNDS = (50, 1)


def start_together(context, subject, database_class, pool):
    database = database_class()
    try:
        starts = [subject.start(pool.url(database.url)) for _ in range(STARTERS[0 if context.is_full else 1])]
        ended = [subject.wait(start) for start in starts]
        return [text for one in ended for text in one.problems()] + subject.problems(database)
    finally:
        database.drop()


def refuse_journaled(context, database_class, pool):
    database = database_class()
    try:
        ended = context.garboard.run(pool.url(database.url))
        found = ended.problems(wanted=25)
        # what comes before the migration that is refused is applied
        if database.query("SELECT id FROM garboard_migrations WHERE id IN ('concurrently', 'unwrapped')"):
            found.append("the journaled migration has a row")
        return found
    finally:
        database.drop()


def run(context):
    found, figures = context.reachable("postgres")
    for _, database_class in found:
        if PROGRAM is None:
            return [context.skipped("pgbouncer", "pgbouncer is not installed")]
        subject = context.garboard.pooled()
        subject.learn(database_class)
        probe = database_class()
        probe.drop()
        with PgBouncer(probe.server.geturl()) as pool:
            rounds = range(1, context.size(*ROUNDS) + 1)
            figure = context.each("pgbouncer", rounds,
                                  lambda _: start_together(context, subject, database_class, pool))
            figure.note = f"rounds of {STARTERS[0 if context.is_full else 1]} starts"
            refusal = context.each("pgbouncer", ["a journaled migration"],
                                   lambda _: refuse_journaled(context, database_class, pool))
            refusal.note = "journaled migration refused"
            figures += [figure, refusal]
    return figures
