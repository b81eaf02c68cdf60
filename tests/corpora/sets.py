# SPDX-License-Identifier: Apache-2.0
"""Reads the manifest of real migration folders: which files make a set, in which order, and which
part of each goes up."""
import csv
import pathlib
import re


# Ory keeps this table in a library of its own; Keto's folder only refers to it.
NETWORKS = {dialect: b"CREATE TABLE networks (id %s NOT NULL PRIMARY KEY);\n" % id_type
            for dialect, id_type in (("postgres", b"uuid"), ("mysql", b"char(36)"),
                                     ("sqlite", b"uuid"))}


class Migration:
    """One file of a set: a name of its own, and the bytes that take the database up."""

    def __init__(self, name, content):
        self.name = name
        self.content = content
        # goose and Ory say so; of the others, a file with CONCURRENTLY cannot have one either.
        self.is_transactional = not re.search(
            rb"\+goose\s+NO\s+TRANSACTION|\bCONCURRENTLY\b", content, re.I) \
            and ".autocommit." not in name


class MigrationSet:
    """One line of the manifest."""

    def __init__(self, row, root):
        self.dialect = row["dialect"]
        self.name = "/".join(filter(None, (row["corpus"], row["dialect"], row["variant"])))
        self.folder = root / "migrations" / row["corpus"] / row["dialect"]
        self.variant = row["variant"]
        self.tool = row["tool"]
        self.client_result = row["client_result"]
        self.is_clean = row["client_result"] == "clean"
        self.clean_prefix = int(row["clean_prefix_files"] or 0)

    def left_out(self):
        """Why this set cannot be compared, or None."""
        if self.is_clean or self.clean_prefix:
            return None
        return f"its own client does not apply it: {self.client_result}"

    def session_setup(self):
        """What the session needs first, because the set's own application sets it too."""
        if self.name == "vaultwarden/mysql":
            return "SET FOREIGN_KEY_CHECKS=0"
        return None

    def migrations(self):
        found = [Migration(name, up_part(path.read_bytes(), self.tool)) for name, path in self.files()]
        if self.name.startswith("keto/"):
            found.insert(0, Migration("networks", NETWORKS[self.dialect]))
        return found if self.is_clean else found[:self.clean_prefix]

    def files(self):
        """(name, path) of each file that goes up, in the order its own tool would take them."""
        folder = self.folder
        if self.variant and (folder / self.variant).is_file():
            return [(self.variant, folder / self.variant)]
        if self.variant:
            folder = folder / self.variant
        if self.tool.startswith("ory"):
            return dialect_files(folder, self.dialect)
        found = []
        for entry in sorted(folder.iterdir()):
            if entry.is_dir():
                inner = [entry / "up.sql", entry / "migration.sql"]
                found += [(entry.name, path) for path in inner if path.is_file()]
            elif entry.name.endswith(".sql") and not entry.name.endswith(".down.sql"):
                found.append((entry.name, entry))
        if self.tool == "flyway":
            found.sort(key=lambda item: flyway_version(item[0]))
        return found


def flyway_version(name):
    return [int(part) for part in re.match(r"V([\d.]+)__", name).group(1).split(".")]


def dialect_files(folder, dialect):
    """Ory's naming: a file for the dialect wins over the generic one of the same version."""
    chosen = {}
    words = {"postgres": ["postgres"], "mysql": ["mysql"], "sqlite": ["sqlite3", "sqlite"]}[dialect]
    for path in sorted(folder.glob("*.up.sql")):
        parts = path.name.removesuffix(".up.sql").split(".")
        is_ours = any(word in parts[1:] for word in words)
        if is_ours or parts[0] not in chosen:
            chosen[parts[0]] = path
    return [(path.name, path) for _, path in sorted(chosen.items())]


MARKERS = {
    "dbmate": rb"--\s*migrate:(up|down)\b",
    "goose": rb"--\s*\+goose\s+(up|down)\b",
    "sql-migrate": rb"--\s*\+migrate\s+(up|down)\b",
}
# A dump makes the database it fills; here one is given.
OWN_DATABASE = re.compile(
    rb"^[ \t]*(?:(?:DROP|CREATE)[ \t]+DATABASE\b[^;\n]*;|USE[ \t]+[^;\n]*;|\\c[ \t].*)[ \t]*$",
    re.I | re.M)


def up_part(content, tool):
    if tool == "sample database dump":
        return OWN_DATABASE.sub(b"", content)
    if tool not in MARKERS:
        return content
    # The head comes before any marker and says how to run the file.
    head, *parts = re.split(rb"(?im)^\s*" + MARKERS[tool] + rb".*\n?", content)
    pairs = zip(parts[0::2], parts[1::2])
    return head + b"".join(text for direction, text in pairs if direction.lower() == b"up")


def read_sets(root):
    with open(root / "manifest.tsv", newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [MigrationSet(row, pathlib.Path(root)) for row in rows
            if row["dialect"] in ("postgres", "mysql", "sqlite") and row["client_result"]]
