# SPDX-License-Identifier: Apache-2.0
"""docs/reliability.md out of figures."""

INTRO = """\
# Reliability

What became of databases whose migrations were killed, cut off, starved and raced, in figures. This page
is written by `tests/faults/scorecard`; the faults are those of [tests/faults](../tests/faults/README.md),
and anyone can run them again.

Date: {date}. {versions}

## The full plan

`tests/faults/run --full` applies twelve migrations (in transactions, journaled, `CREATE INDEX
CONCURRENTLY`, triggers, `COPY`, logical operations) and disturbs them wherever it can. Where the run
itself is not expected to finish, one rerun follows. Then every statement must have taken effect exactly
once, structure and rows must be those of a clean run, the history equal to the plan, the journal empty,
no lock, open transaction or INVALID index left, and the password nowhere in the output. Everything else
is *broken*.

"""

BESIDE = """
## Beside other tools

Seven migrations of plain SQL, the same for all, as each tool wants its files, and the tool run as its
manual says (`dbmate migrate`, `knex migrate:latest`), without options that change how it locks or wraps.
A cell is *broken/tried*: after **one** rerun the rerun itself failed, or the database was not as after
a clean run. Kills count when the run had not ended before. Garboard runs the same files from a plan.

"""

CAVEATS = """
## Caveats

- Rates compare tools; they do not predict how often anything happens to you. A run is in danger for
  fractions of a second, and the trials aim at these.
- Trials at random times and messages are samples: 0 of {size} is not a proof. The full plan is there for
  that, and it aims at each message and each write.
- All servers and tools shared one small machine. What is tried is the death of processes and lines, not of
  power supplies; servers started with `--fast` do not even wait for their disks.
- The peers' data changes are plain statements. In dbmate a migration may opt out of its transaction;
  here none does. On MySQL and MariaDB DDL commits by itself, which no tool can change.
- Passwords go where each tool takes them as they are: a field with Garboard and Knex, a URL with dbmate,
  which wants them percent-encoded.
- Knex is left out on SQLite, whose client for it has to be compiled.
"""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def shown(text):
    return text.replace("|", "\\|").replace("\n", " ")


def of_plans(plans):
    """Every figure that was made; what could not be, with the reason."""
    if not plans:
        return "Not run for this page.\n"
    rows = [[shown(one["check"]), one["database"], f"{one['done']:,}" if one["done"] else "–",
             str(one["broken"]) if one["done"] else "–", shown(one["note"])]
            for plan in plans for one in plan["figures"]]
    done = sum(one["done"] for plan in plans for one in plan["figures"])
    broken = sum(one["broken"] for plan in plans for one in plan["figures"])
    said = sorted({f"{plan['date']}, {plan['subject'].splitlines()[0]}, seed {plan['seed']}" for plan in plans})
    return (table(["check", "database", "tried", "broken", "remarks"], rows) +
            f"\n{done:,} trials, {broken} broken. " + "; ".join(said) + ".\n")


def cell(found):
    if found is None:
        return "–"
    if found["words"]:
        return found["words"]
    text = f"{found['broken']}/{found['done']}"
    return f"**{text}**" if found["broken"] else text


def of_peers(card):
    tools = list(card["tools"])
    names = {"sqlite": "SQLite", "postgres": "PostgreSQL", "mariadb": "MariaDB", "mysql": "MySQL"}
    rows = [[one["check"], names[one["database"]], *(cell(one["tools"].get(tool)) for tool in tools)]
            for one in card["rows"]]
    return table(["fault", "database", *tools], rows)


def page(card, plans, date):
    versions = "; ".join([*card["tools"].values(), *card["servers"].values()]) + "."
    size = max((found["done"] for row in card["rows"] for found in row["tools"].values()), default=0)
    return (INTRO.format(date=date, versions=versions) + of_plans(plans) + BESIDE + of_peers(card) +
            CAVEATS.format(size=size))
