# SPDX-License-Identifier: Apache-2.0
"""What dpkg knows of the packages that files come from: version, source, licence."""

import os
import re
import subprocess
from dataclasses import dataclass, field

SPDX = {"Expat": "MIT", "MIT": "MIT", "ISC": "ISC", "curl": "curl", "OpenSSL": "OpenSSL", "zlib": "Zlib",
        "Zlib": "Zlib", "PostgreSQL": "PostgreSQL", "Apache-2.0": "Apache-2.0", "Apache-2": "Apache-2.0",
        "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSL-1.0": "BSL-1.0",
        "MPL-2.0": "MPL-2.0"}
GNU = re.compile(r"(L?GPL)-(\d)(?:\.(\d))?(\+?)")


@dataclass
class Package:
    name: str
    version: str
    source: str
    architecture: str
    licence: str = "NOASSERTION"  # an SPDX expression
    licence_text: str = ""        # for a LicenseRef
    how_built: str = ""           # empty: as Debian built it
    files: list = field(default_factory=list)

    @property
    def copyright_file(self):
        return f"/usr/share/doc/{self.name}/copyright"


def owner(path):
    """The package that a file was installed by, None if no package has it."""
    names = {path, os.path.realpath(path)}
    names |= {name[4:] for name in names if name.startswith("/usr/lib")}
    done = subprocess.run(["dpkg-query", "-S", *sorted(names)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    found = re.search(r"^([^:,\s]+)[^\s]*: ", done.stdout, re.M)
    return found and found.group(1)


def package(name):
    fields = "${source:Package}\t${Version}\t${Architecture}\n"
    line = subprocess.run(["dpkg-query", "-W", "-f", fields, name], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()[0]
    source, version, architecture = line.split("\t")
    made = Package(name, version, source, architecture)
    made.licence, made.licence_text = licence(made.copyright_file)
    return made


def licence(path):
    """(SPDX expression, text for a LicenseRef) of a machine-readable copyright file: the licence of
    `Files: *`. NOASSERTION where nothing can be read by a machine."""
    if not os.path.isfile(path):
        return "NOASSERTION", ""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not re.match(r"Format: \S*copyright-format", text):
        return "NOASSERTION", ""
    texts, main = {}, None
    for stanza in re.split(r"\n\s*\n", text):
        # a field's further lines begin with a space
        if not (found := re.search(r"^License:[ \t]*(.*)((?:\n[ \t].*)*)", stanza, re.M)):
            continue
        name = found.group(1).strip()
        if found.group(2).strip():
            texts.setdefault(name, re.sub(r"\n ", "\n", found.group(2)).strip())
        if main is None and re.search(r"^Files:\s+\*\s*$", stanza, re.M):
            main = name
    if not main:
        return "NOASSERTION", ""
    if name := identifier(main):
        return name, ""
    reference = "LicenseRef-Debian-" + re.sub(r"[^A-Za-z0-9.]+", "-", main).strip("-")
    return reference, texts.get(main, main)


def identifier(name):
    """The SPDX identifier of a licence that Debian calls `name`, None if it has none."""
    if found := GNU.fullmatch(name):
        family, major, minor, later = found.groups()
        return f"{family}-{major}.{minor or 0}-{'or-later' if later else 'only'}"
    return SPDX.get(name)
