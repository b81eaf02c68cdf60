# SPDX-License-Identifier: Apache-2.0
"""The plan that every fault is tried on, and what a database looks like after it ran exactly once.

Data statements write who they are into `audit`, which has no constraint: what ran twice stands there
twice, and what never ran is missing. Updates are such that a second time shows. No value depends on
a sequence, a clock or chance, so any two databases after the plan are equal."""

import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
import introspection  # noqa: E402

CANARY = "canary"  # in the password of every test server but MySQL's
SETTLING_S = 20  # how long a server may take to notice that a client is gone


class Migration:
    """One migration, with the audit rows that it leaves."""

    def __init__(self, id, **more):
        self.id = id
        self.more = more
        self.steps = []
        self.audited = []

    def sql(self, *statements):
        self.steps.append({"sql": "\n".join(statements)})
        return self

    def operation(self, name, /, **arguments):
        self.steps.append({name: arguments})
        return self

    def audit(self, number):
        """The statement that says that it ran."""
        self.audited.append((self.id, str(number)))
        return f"INSERT INTO audit (migration, statement) VALUES ('{self.id}', {number});"

    def document(self):
        return {"id": self.id, **self.more, "up": self.steps}


def _common_start():
    one = Migration("base")
    one.sql("CREATE TABLE audit (migration VARCHAR(40), statement INTEGER);", one.audit(1),
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL, owner VARCHAR(40));",
            one.audit(2))
    two = Migration("rows")
    two.sql(two.audit(1), "INSERT INTO accounts (id, balance, owner) VALUES (1, 100, 'ann'), "
            "(2, 200, 'bob'), (3, 300, 'cy');", two.audit(2))
    three = Migration("interest")
    three.sql("UPDATE accounts SET balance = balance * 2 + id;", three.audit(1),
              "UPDATE accounts SET balance = balance + 7 WHERE id <> 2;", three.audit(2))
    four = Migration("level")
    four.sql("ALTER TABLE accounts ADD COLUMN level INTEGER DEFAULT 1;",
             "UPDATE accounts SET level = level * 3 + id;", four.audit(1),
             "CREATE INDEX accounts_level ON accounts (level);", four.audit(2))
    five = Migration("teams")
    five.operation("createTable", name="teams", columns=[
        {"name": "id", "type": "bigint", "primaryKey": True},
        {"name": "name", "type": "varchar(40)", "nullable": False, "unique": True}])
    five.operation("insert", table="teams", rows=[{"id": 1, "name": "red"}, {"id": 2, "name": "blue"}])
    five.sql(five.audit(1))
    six = Migration("members")
    six.operation("addColumn", table="accounts", column={"name": "team_id", "type": "bigint"})
    six.sql("UPDATE accounts SET team_id = 1 + id % 2, balance = balance + 1;", six.audit(1))
    six.operation("addIndex", table="accounts", columns=["team_id"])
    six.operation("renameColumn", table="teams", name="name", to="title")
    return [one, two, three, four, five, six]


def _common_end():
    view = Migration("view")
    view.sql("CREATE VIEW rich AS SELECT id, balance FROM accounts WHERE balance > 300;")
    last = Migration("last")
    last.sql("CREATE TABLE scratch (n INTEGER);", "INSERT INTO scratch VALUES (1);", last.audit(1),
             "DROP TABLE scratch;", "UPDATE accounts SET balance = balance - id * 5;", last.audit(2))
    return [view, last]


def _journaled():
    it = Migration("unwrapped", transaction="never")
    it.sql("UPDATE accounts SET balance = balance + 11;", it.audit(1),
           "ALTER TABLE accounts ADD COLUMN note VARCHAR(40);", it.audit(2),
           "UPDATE accounts SET note = CONCAT(COALESCE(note, ''), 'x');", it.audit(3))
    return it


def _postgres(is_pooled):
    index = Migration("concurrently")
    index.sql("CREATE INDEX CONCURRENTLY accounts_owner ON accounts (owner);")
    copied = Migration("copied")
    copied.sql(copied.audit(1), "COPY audit (migration, statement) FROM stdin;", "copied\t2", "copied\t3",
               "\\.", copied.audit(4))
    copied.audited += [("copied", "2"), ("copied", "3")]
    trigger = Migration("trigger")
    trigger.sql("CREATE FUNCTION note_account() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN",
                "  INSERT INTO audit VALUES ('by trigger', NEW.id); RETURN NEW; END $$;",
                "CREATE TRIGGER account_added AFTER INSERT ON accounts FOR EACH ROW "
                "EXECUTE FUNCTION note_account();",
                "INSERT INTO accounts (id, balance, owner) VALUES (4, 400, 'dee');", trigger.audit(1))
    trigger.audited.append(("by trigger", "4"))
    return [copied, trigger] if is_pooled else [index, _journaled(), copied, trigger]


def _mysql(_):
    swap = Migration("swap")
    swap.sql("RENAME TABLE teams TO groups_of_people;", swap.audit(1),
             "UPDATE groups_of_people SET title = CONCAT(title, '!');", swap.audit(2))
    bulk = Migration("bulk")
    bulk.sql("INSERT INTO audit SELECT 'bulk', id FROM accounts;",
             "DELETE FROM audit WHERE migration = 'bulk' AND statement = 3;")
    bulk.audited += [("bulk", "1"), ("bulk", "2")]
    trigger = Migration("trigger")
    trigger.sql("DELIMITER //", "CREATE TRIGGER account_added AFTER INSERT ON accounts FOR EACH ROW BEGIN",
                "  INSERT INTO audit VALUES ('by trigger', NEW.id);", "END//",
                "CREATE PROCEDURE pay(amount INT) BEGIN UPDATE accounts SET balance = balance + amount; END//",
                "DELIMITER ;", "INSERT INTO accounts (id, balance, owner) VALUES (4, 400, 'dee');",
                trigger.audit(1))
    trigger.audited.append(("by trigger", "4"))
    return [swap, _journaled(), bulk, trigger]


def _sqlite(_):
    checked = Migration("checked")
    checked.operation("addCheck", table="accounts", name="not_too_low", expression="balance > -1000")
    checked.sql(checked.audit(1))
    journaled = Migration("unwrapped", transaction="never")
    journaled.sql("UPDATE accounts SET balance = balance + 11;", journaled.audit(1),
                  "ALTER TABLE accounts ADD COLUMN note TEXT;", journaled.audit(2),
                  "UPDATE accounts SET note = COALESCE(note, '') || 'x';", journaled.audit(3))
    bulk = Migration("bulk")
    bulk.sql("INSERT INTO audit SELECT 'bulk', id FROM accounts;")
    bulk.audited += [("bulk", "1"), ("bulk", "2"), ("bulk", "3")]
    trigger = Migration("trigger")
    trigger.sql("CREATE TRIGGER account_added AFTER INSERT ON accounts FOR EACH ROW BEGIN",
                "  INSERT INTO audit VALUES ('by trigger', NEW.id);", "END;",
                "INSERT INTO accounts (id, balance, owner) VALUES (4, 400, 'dee');", trigger.audit(1))
    trigger.audited.append(("by trigger", "4"))
    return [checked, journaled, bulk, trigger]


_OWN = {"postgres": _postgres, "mysql": _mysql, "sqlite": _sqlite}


def migrations(kind, is_pooled=False):
    """The plan of a kind of database; for a transaction pooler without what needs a session."""
    return [*_common_start(), *_OWN[kind](is_pooled), *_common_end()]


def write_plan(folder, kind, is_pooled=False):
    """Writes the plan into the folder and says where."""
    path = os.path.join(folder, "plan.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"version": 1, "migrations": [one.document() for one in migrations(kind, is_pooled)]}, file)
    return path


def text_type(kind):
    return "CHAR" if kind == "mysql" else "TEXT"


def data_problems(database, reference, is_pooled=False):
    """What differs from a database after one clean run, whichever tool ran it. `reference` is
    introspection.picture() of such a database."""
    expected = sorted(row for one in migrations(database.kind, is_pooled) for row in one.audited)
    as_text = text_type(database.kind)
    try:
        rows = database.query(f"SELECT migration, CAST(statement AS {as_text}) FROM audit")
        found = introspection.picture(database)
    except Exception as error:  # a table that is missing, rows that cannot be read
        return [f"the database cannot be looked at: {error}"]
    problems = []
    for row in sorted({*rows, *expected}):
        if rows.count(row) != expected.count(row):
            problems.append(f"statement {row[1]} of {row[0]} took effect {rows.count(row)} times")
    return problems + introspection.differences(reference, found)


_SESSIONS = {
    "postgres": "SELECT 'lock', pid::text FROM pg_locks WHERE locktype = 'advisory' AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database()) UNION ALL "
                "SELECT 'open transaction', pid::text FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle' UNION ALL "
                "SELECT 'invalid index', indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid",
    # a named lock and a transaction both end with their session
    "mysql": "SELECT 'session', CAST(id AS CHAR) FROM information_schema.processlist "
             "WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


def leftovers(database, within_s=SETTLING_S):
    """Locks and transactions that are still there after servers had time to notice what ended."""
    if database.kind not in _SESSIONS:
        return []
    deadline = time.monotonic() + within_s
    while True:
        rows = database.query(_SESSIONS[database.kind])
        if not rows or time.monotonic() >= deadline:
            return [f"left behind: {what} {which}" for what, which in rows]
        time.sleep(0.2)
