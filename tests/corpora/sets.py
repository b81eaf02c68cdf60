# SPDX-License-Identifier: Apache-2.0
"""Reads the manifest of real migration folders: which files make a set, in which order, and which
part of each goes up."""
import csv
import pathlib
import re
import shutil


# Ory keeps this table in a library of its own; Keto's folder only refers to it.
NETWORKS = {dialect: b"CREATE TABLE networks (id %s NOT NULL PRIMARY KEY);\n" % id_type
            for dialect, id_type in (("postgres", b"uuid"), ("mysql", b"char(36)"),
                                     ("sqlite", b"uuid"))}


class Migration:
    """One file of a set: its name, and the bytes that take the database up, and down if it can."""

    def __init__(self, name, content, down=None):
        self.name = name
        self.content = content
        self.down = down


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
        if self.clean_prefix and self.needed():
            self.clean_prefix -= len(self.needed())  # the manifest counts them

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

    def needed(self):
        """(name, SQL) of what has to be in the database first."""
        return [("networks", NETWORKS[self.dialect])] if self.name.startswith("keto/") else []

    def migrations(self):
        found = [Migration(name, up_part(path.read_bytes(), self.tool), self.down_of(path))
                 for name, path in self.files()]
        return found if self.is_clean else found[:self.clean_prefix]

    def down_of(self, path):
        """What undoes the migration that this file applies; None when there is nothing."""
        if self.tool in MARKERS:
            return marked_part(path.read_bytes(), self.tool, b"down")
        if self.tool.startswith("ory"):
            version = path.name.split("_")[0]
            down = [p for name, p in dialect_files(self.folder, self.dialect, "down")
                    if name.split("_")[0] == version]
            return down[0].read_bytes() if down else None
        name = "down.sql" if path.name == "up.sql" else path.name.replace(".up.sql", ".down.sql")
        down = path.with_name(name)
        is_there = down != path and down.is_file()
        # Diesel refuses an empty one
        return down.read_bytes() or (None if self.tool == "diesel" else b"") if is_there else None

    def format_options(self):
        """Only of the formats that cannot be recognised."""
        return ["--format", "sqlx"] if self.tool == "sqlx" else []

    def own_folder(self, copy):
        """The set as its own tool finds it: where it lies, or copied with what has to be different."""
        setup = self.session_setup()
        is_file = self.variant and (self.folder / self.variant).is_file()
        if self.is_clean and not setup and not is_file:
            return self.folder / self.variant if self.variant else self.folder
        copy.mkdir()
        count = None if self.is_clean else self.clean_prefix
        for name, path in self.files()[:count]:
            if path.parent.name == name:  # a folder for each
                shutil.copytree(path.parent, copy / name)
                path = copy / name / path.name
            elif self.tool == "sample database dump":
                path = copy / name
                path.write_bytes(OWN_DATABASE.sub(b"", (self.folder / name).read_bytes()))
            else:
                for down in path.parent.glob(name.split("_")[0] + "_*.down.sql"):
                    shutil.copy(down, copy / down.name)
                path = shutil.copy(path, copy / name)
            for script in [path, path.with_name("down.sql")] if setup else []:
                if script.is_file() and script.stat().st_size:
                    script.write_bytes(setup.encode() + b";\n" + script.read_bytes())
        return copy

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


def dialect_files(folder, dialect, direction="up"):
    """Ory's naming: a file for the dialect wins over the generic one of the same version."""
    ending = f".{direction}.sql"
    chosen = {}
    words = {"postgres": ["postgres"], "mysql": ["mysql"], "sqlite": ["sqlite3", "sqlite"]}[dialect]
    for path in sorted(folder.glob("*" + ending)):
        parts = path.name.removesuffix(ending).split(".")
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
    return marked_part(content, tool, b"up") or b""


def marked_part(content, tool, wanted):
    """The head, which comes before any marker, and the parts of that direction; None without one."""
    head, *parts = re.split(rb"(?im)^\s*" + MARKERS[tool] + rb".*\n?", content)
    found = [text for direction, text in zip(parts[0::2], parts[1::2])
             if direction.lower() == wanted]
    return head + b"".join(found) if found else None


def read_sets(root):
    with open(root / "manifest.tsv", newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [MigrationSet(row, pathlib.Path(root)) for row in rows
            if row["dialect"] in ("postgres", "mysql", "sqlite") and row["client_result"]]
