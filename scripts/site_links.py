# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs. Pages link to sources beside docs/ by relative paths, which work where the repository is
read; in the site they lead to repo_url, or become the path alone where that is not given."""

import pathlib
import posixpath
import re

LINK = re.compile(r"\[([^\]]+)\]\((\.\.?/[^)\s#]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, **_):
    root = pathlib.Path(config.config_file_path).parent
    docs = pathlib.Path(config.docs_dir).relative_to(root).as_posix()

    def replaced(match):
        text, target, anchor = match.groups()
        path = posixpath.normpath(posixpath.join(docs, posixpath.dirname(page.file.src_uri), target))
        if path.startswith(docs + "/"):
            return match.group(0)
        if not config.repo_url:
            return f"{text} (`{path}`)" if text.strip("`") != path else text
        kind = "tree" if (root / path).is_dir() else "blob"
        return f"[{text}]({config.repo_url.rstrip('/')}/{kind}/main/{path}{anchor or ''})"

    return LINK.sub(replaced, markdown)
