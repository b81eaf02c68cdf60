# SPDX-License-Identifier: Apache-2.0
"""The project's Markdown as its readers see it: headings, links, blocks of code, commands."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHELLS = {"sh", "bash", "console", ""}
NO_SOURCES = {"build", "target", "golden", ".git"}


def all_pages():
    """Every Markdown file of the project, those outside docs/ too."""
    return sorted(path for path in ROOT.rglob("*.md")
                  if not any(part in NO_SOURCES or part.startswith("build-")
                             for part in path.relative_to(ROOT).parts))


def blocks(text):
    """(language, code) of each fenced block."""
    return [(match[2], re.sub(f"^{match[1]}", "", match[3], flags=re.M)) for match in FENCE.finditer(text)]


def prose(text):
    return FENCE.sub("", text)


def links(text):
    return LINK.findall(re.sub(r"`[^`\n]*`", lambda code: "x" * len(code[0]), prose(text)))


def slug(heading):
    """The anchor that a heading has where the repository is read; mkdocs makes the same of a plain one."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(text):
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", prose(text), re.M)}


def commands(text):
    """The command lines of garboard in a page, without the program's name; continued lines are one."""
    lines = [line for language, code in blocks(text) if language in SHELLS
             for line in code.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`([^`\n]+)`", prose(text))
    found = [re.match(r"(?:\$ |[A-Z_]+=\S+ )*garboard +([^|&;#)<>]*)", line.strip()) for line in lines]
    return [match[1].split() for match in found if match]


def arguments(text):
    """The flow lists of `args:` in blocks of YAML: commands that a chart or a container is given."""
    return [[word.strip(" \"'") for word in found.split(",")] for language, code in blocks(text) if language == "yaml"
            for found in re.findall(r"\bargs: *\[([^\]]*)\]", code)]
