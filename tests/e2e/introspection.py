# SPDX-License-Identifier: Apache-2.0
"""Everything that is in a database, structure and rows, as comparable text, asked of the database's
own catalogue and client. Garboard's own tables are left out."""

import os
import re
import sqlite3
import subprocess


def picture(database):
    """A dictionary from what there is to what it looks like."""
    return {"sqlite": _sqlite, "postgres": _postgres, "mysql": _mysql}[database.kind](database)


def _pieces(text):
    """The parts of a CREATE TABLE between its commas, in any order, whatever the white space and
    the kind of quotes around names."""
    text = re.sub(r'[\s"`\[\]]+', "", text)
    depth, parts, part = 0, [], ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 1:
            parts.append(part)
            part = ""
        else:
            part += char
    head, _, first = parts[0].partition("(") if parts else ("", "", "")
    return [head, *sorted([first, *parts[1:], part.removesuffix(")")])] if parts else [part]


def _sqlite(database):
    found = {}
    connection = sqlite3.connect(database.path, timeout=10)
    ask = lambda sql: sorted(connection.execute(sql).fetchall(), key=repr)  # noqa: E731
    quoted = lambda name: '"' + name.replace('"', '""') + '"'  # noqa: E731
    for kind, name, sql in connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'garboard_%' "
            "AND tbl_name NOT LIKE 'garboard_%' AND name NOT LIKE 'sqlite_%'").fetchall():
        found[f"{kind} {name}"] = _pieces(sql)
        if kind == "table":
            found[f"columns {name}"] = ask(f"PRAGMA table_xinfo({quoted(name)})")
            found[f"foreign keys {name}"] = sorted(
                (row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({quoted(name)})")), key=repr)
            found[f"rows {name}"] = ask(f"SELECT * FROM {quoted(name)}")
            for index in ask(f"PRAGMA index_list({quoted(name)})"):
                shown = index[1] if index[3] == "c" else index[3]
                found.setdefault(f"index {name} {shown}", []).append(
                    (index[2:], ask(f"PRAGMA index_xinfo({quoted(index[1])})")))
                found[f"index {name} {shown}"].sort(key=repr)
        if kind == "view":
            found[f"view rows {name}"] = ask(f"SELECT * FROM {quoted(name)}")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return found


def _postgres(database):
    command = database.command(database.name)
    done = subprocess.run(
        ["pg_dump", "--schema-only", "--no-owner", "--exclude-table=garboard_*", *command[command.index("-h"):]],
        env={**os.environ, **database.environment()}, capture_output=True, text=True, check=True)
    text = re.sub(r"^(--.*|\\(un)?restrict.*)$", "", done.stdout, flags=re.MULTILINE)
    found = {"schema": sorted(piece.strip() for piece in text.split(";\n"))}
    names = database.query("SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND "
                           "relnamespace = 'public'::regnamespace AND relname NOT LIKE 'garboard%' ORDER BY 1")
    for (name,) in names:
        found[f"rows {name}"] = database.query(f"SELECT t::text FROM public.{name} AS t ORDER BY 1")
    return found


def _mysql(database):
    found = {}
    for name, kind in database.query("SELECT table_name, table_type FROM information_schema.tables "
                                     "WHERE table_schema = DATABASE() AND table_name NOT LIKE 'garboard%'"):
        quoted = "`" + name.replace("`", "``") + "`"
        if kind == "VIEW":
            found[f"view {name}"] = database.query(f"SHOW CREATE VIEW {quoted}")
        else:
            text = database.query(f"SHOW CREATE TABLE {quoted}")[0][1]
            text = re.sub(r" AUTO_INCREMENT=\d+", "", text.replace("\\n", "\n"))
            lines = [line.rstrip(",") for line in text.split("\n")]
            found[f"table {name}"] = [line for line in lines if line.startswith("  `")] + sorted(
                line for line in lines if not line.startswith("  `"))
        found[f"rows {name}"] = sorted(database.query(f"SELECT * FROM {quoted}"))
    found["triggers"] = database.query(
        "SELECT trigger_name, action_timing, event_manipulation, event_object_table, action_statement "
        "FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name")
    found["routines"] = database.query(
        "SELECT routine_type, routine_name, routine_definition FROM information_schema.routines "
        "WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name")
    return found


def differences(before, after):
    """What there is in only one of two pictures, as readable lines."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        one, two = before.get(key, []), after.get(key, [])
        found += [f"- {key}: {part}" for part in one if part not in two]
        found += [f"+ {key}: {part}" for part in two if part not in one]
        if not found and one != two:
            found.append(f"another order of {key}: {one} and {two}")
    return found
