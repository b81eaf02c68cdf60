# SPDX-License-Identifier: Apache-2.0
"""What dpkg knows of the packages that files come from: version, source, licence."""

import os
import re
import subprocess
from dataclasses import dataclass, field

SPDX = {"Expat": "MIT", "MIT": "MIT", "ISC": "ISC", "curl": "curl", "OpenSSL": "OpenSSL", "zlib": "Zlib",
        "Zlib": "Zlib", "PostgreSQL": "PostgreSQL", "Apache-2.0": "Apache-2.0", "Apache-2": "Apache-2.0",
        "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSD-3-Clause": "BSD-3-Clause",
        "BSL-1.0": "BSL-1.0",
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


def owners(paths):
    """{path: package} of the files that were installed by a package."""
    asked = {}
    for path in paths:
        for name in {path, os.path.realpath(path)}:
            asked[name] = path
            # packages name files as they were before /lib became a link into /usr
            if name.startswith("/usr/lib"):
                asked[name[4:]] = path
    if not asked:
        return {}
    done = subprocess.run(["dpkg-query", "-S", *sorted(asked)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    found = {}
    for names, path in re.findall(r"^(\S+?): (/.*)$", done.stdout, re.M):
        if path in asked:
            found[asked[path]] = names.split(",")[0].split(":")[0]
    return found


def owner(path):
    return owners([path]).get(path)


def package(name):
    fields = "${source:Package}\t${Version}\t${Architecture}\n"
    line = subprocess.run(["dpkg-query", "-W", "-f", fields, name], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()[0]
    source, version, architecture = line.split("\t")
    made = Package(name, version, source, architecture)
    made.licence, made.licence_text = licence(made.copyright_file)
    return made


def stanzas(path):
    """The paragraphs of a machine-readable copyright file, none of any other."""
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return re.split(r"\n\s*\n", text) if re.match(r"Format: \S*copyright-format", text) else []


def licence_of(stanza):
    """(name, text) of its licence field, whose further lines begin with a space."""
    found = re.search(r"^License:[ \t]*(.*)((?:\n[ \t].*)*)", stanza, re.M)
    return (found.group(1).strip(), found.group(2).strip("\n")) if found else (None, "")


def main_stanza(paragraphs):
    return next((p for p in paragraphs if re.search(r"^Files:\s+\*\s*$", p, re.M)), None)


def licence(path):
    """(SPDX expression, text for a LicenseRef) of a machine-readable copyright file: the licence of
    `Files: *`. NOASSERTION where nothing can be read by a machine."""
    paragraphs = stanzas(path)
    main = main_stanza(paragraphs)
    name = main and licence_of(main)[0]
    if not name:
        return "NOASSERTION", ""
    if known := expression(name):
        return known, ""
    texts = dict(reversed([licence_of(p) for p in paragraphs if licence_of(p)[1]]))
    reference = "LicenseRef-Debian-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
    return reference, re.sub(r"^ ", "", texts.get(name) or name, flags=re.M)


def notice(path):
    """What holds for most of a package: the head of its copyright file, `Files: *` and the licence.
    The whole of a file that no machine can read."""
    paragraphs = stanzas(path)
    main = main_stanza(paragraphs)
    if main is None:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    name = licence_of(main)[0]
    texts = [p for p in paragraphs[1:] if not p.startswith("Files:") and (licence_of(p)[0] or "?") in name]
    return "\n\n".join([paragraphs[0], main, *texts]).rstrip() + "\n"


def expression(name):
    """An SPDX expression for what Debian calls `name`, None where a part of it has no identifier."""
    words = re.split(r",? (and|or) ", name)
    parts = [identifier(word) for word in words[::2]]
    kinds = set(words[1::2])
    if None in parts or len(kinds) > 1:
        return None
    return f" {kinds.pop().upper()} ".join(parts) if kinds else parts[0]


def identifier(name):
    """The SPDX identifier of a licence that Debian calls `name`, None if it has none."""
    if found := GNU.fullmatch(name):
        family, major, minor, later = found.groups()
        return f"{family}-{major}.{minor or 0}-{'or-later' if later else 'only'}"
    return SPDX.get(name)
