# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs for what it reads otherwise than those who show the repository. Links to sources beside
docs/ lead to repo_url, or become the path alone where that is not given."""

import pathlib
import posixpath
import re

LINK = re.compile(r"\[([^\]]+)\]\((\.\.?/[^)\s#]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^(```\w+) .*$", re.M)
ROW = re.compile(r"^\|.*$", re.M)
CODE = re.compile(r"`[^`]*`")


def on_page_markdown(markdown, page, config, **_):
    root = pathlib.Path(config.config_file_path).parent
    docs = pathlib.Path(config.docs_dir).relative_to(root).as_posix()

    def link(match):
        text, target, anchor = match.groups()
        path = posixpath.normpath(posixpath.join(docs, posixpath.dirname(page.file.src_uri), target))
        if path.startswith(docs + "/"):
            return match.group(0)
        if not config.repo_url:
            return f"{text} (`{path}`)" if text.strip("`") != path else text
        kind = "tree" if (root / path).is_dir() else "blob"
        return f"[{text}]({config.repo_url.rstrip('/')}/{kind}/main/{path}{anchor or ''})"

    def row(match):
        return CODE.sub(lambda code: code[0].replace(r"\|", "|"), match[0])

    return ROW.sub(row, FENCE.sub(r"\1", LINK.sub(link, markdown)))
