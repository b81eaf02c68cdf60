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
    found |= {f"rows {name}": [] for (name,) in names}
    queries = []  # sent at once, since the start of a client is slow
    for number, (name,) in enumerate(names):
        queries.append(f"SELECT {number}, replace(replace(t::text, chr(10), '\\n'), chr(9), '\\t') "
                       f"FROM public.{name} AS t")
    for number, row in database.query(" UNION ALL ".join(queries) + " ORDER BY 1, 2") if queries else []:
        found[f"rows {names[int(number)][0]}"].append((row,))
    return found


def _mysql(database):
    found = {}
    names = database.query("SELECT table_name, table_type FROM information_schema.tables "
                           "WHERE table_schema = DATABASE() AND table_name NOT LIKE 'garboard%'")
    asked = {"triggers": "SELECT trigger_name, action_timing, event_manipulation, event_object_table, "
                         "action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE() "
                         "ORDER BY trigger_name",
             "routines": "SELECT routine_type, routine_name, routine_definition FROM information_schema.routines "
                         "WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name"}
    for name, kind in names:
        quoted = "`" + name.replace("`", "``") + "`"
        asked[f"{'view' if kind == 'VIEW' else 'table'} {name}"] = f"SHOW CREATE TABLE {quoted}"
        asked[f"rows {name}"] = f"SELECT * FROM {quoted}"
    for key, rows in _each_answer(database, asked).items():
        if key.startswith("rows "):
            rows.sort()
        if key.startswith("table "):
            text = re.sub(r" AUTO_INCREMENT=\d+", "", rows[0][1].replace("\\n", "\n"))
            lines = [line.rstrip(",") for line in text.split("\n")]
            rows = [line for line in lines if line.startswith("  `")] + sorted(
                line for line in lines if not line.startswith("  `"))
        found[key] = rows
    return found


def _each_answer(database, asked):
    """The rows of each of these queries, by its key; in one call of the client, whose start is slow."""
    marks = {f"-- {number} --": key for number, key in enumerate(asked)}
    text = "".join(f"SELECT '{mark}';\n{asked[key]};\n" for mark, key in marks.items())
    answers, rows = {}, []
    for row in database.query(text):
        if row[0] in marks:
            rows = answers[marks[row[0]]] = []
        else:
            rows.append(row)
    return answers


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
