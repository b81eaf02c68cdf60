#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documentation holds together: the site builds without a warning, each page is in its navigation,
links and anchors lead somewhere, values are valid, and the options of commands exist.

Usage: test_docs.py GARBOARD [TEST...]
"""

import functools
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import jsonschema
import yaml

import pages
from test_manifests import Manifests  # noqa: F401  run with the others

GARBOARD = sys.argv[1] if len(sys.argv) > 1 else None
VALUES = json.loads((pages.ROOT / "deploy/helm/garboard/migrations.schema.json").read_text(encoding="utf-8"))


class Anchors(html.parser.HTMLParser):
    """The ids and the links of a page of the site."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, _, attributes):
        given = dict(attributes)
        self.ids.add(given.get("id"))
        if given.get("href"):
            self.links.append(given["href"])


class Navigation(yaml.SafeLoader):
    """mkdocs has tags of its own."""


Navigation.add_constructor("!ENV", lambda loader, node: None)


def leaves(tree):
    if isinstance(tree, str):
        return [tree]
    items = tree.values() if isinstance(tree, dict) else tree
    return [leaf for item in items for leaf in leaves(item)]


@functools.cache
def options(command):
    """What `garboard help COMMAND` tells of, or None where there is no such command."""
    done = subprocess.run([GARBOARD, "help", command], text=True, capture_output=True, check=False)
    return set(re.findall(r"--[a-z][a-z-]*", done.stdout)) if done.returncode == 0 else None


def wrong_options(words):
    """What a command line has that garboard does not know."""
    if "--" in words:  # what follows is for migrate, in the Job that fleet render writes
        at = words.index("--")
        return wrong_options(words[:at]) + wrong_options(["migrate", *words[at + 1:]])
    command = next((word for word in words if not word.startswith("-")), None)
    if command is None or not re.fullmatch(r"[a-z]+", command):
        return []
    known = options(command)
    if known is None:
        return [command]
    return [word for word in (word.split("=")[0] for word in words)
            if re.fullmatch(r"--[a-z][a-z-]*", word) and word not in known | {"--help"}]


class Site(unittest.TestCase):
    def setUp(self):
        if not shutil.which("mkdocs"):
            if os.environ.get("GARBOARD_TEST_REQUIRE_SERVERS"):
                self.fail("mkdocs is not here; see scripts/packages.sh")
            print("docs: the site was not built, since mkdocs is not here")
            self.skipTest("mkdocs is not here")

    def build(self, folder, **environment):
        done = subprocess.run(["mkdocs", "build", "--quiet", "--strict", "--site-dir", folder], cwd=pages.ROOT,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
                              text=True, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        return {path.relative_to(folder).as_posix(): Anchors(path) for path in pathlib.Path(folder).rglob("*.html")}

    def test_links_and_anchors_resolve(self):
        with tempfile.TemporaryDirectory() as folder:
            site = self.build(folder)
            self.assertGreater(len(site), 40)
            for name, page in site.items():
                for link in page.links:
                    url = urllib.parse.urlsplit(link)
                    if url.scheme or url.path.startswith("/") or name == "404.html":
                        continue
                    target = urllib.parse.urljoin(name, url.path) if url.path else name
                    with self.subTest(page=name, link=link):
                        self.assertTrue((pathlib.Path(folder) / target).exists(), "leads nowhere")
                        if url.fragment and target in site:
                            self.assertIn(url.fragment, site[target].ids)

    def test_no_markdown_is_left(self):
        with tempfile.TemporaryDirectory() as folder:
            self.build(folder)
            for path in pathlib.Path(folder).rglob("*.html"):
                text = re.sub(r"<pre>.*?</pre>", "", path.read_text(encoding="utf-8"), flags=re.S)
                self.assertNotIn("```", text, path.name)
                self.assertNotRegex(text, r"<td><code>[^<]*\\\|", path.name)
                text = re.sub(r"<(code|script)\b.*?</\1>", "", text, flags=re.S)
                self.assertNotRegex(text, r"(?m)\*\*|\]\(|\|--|^(<p>)?[-*] ", path.name)

    def test_links_to_sources_lead_to_the_repository(self):
        with tempfile.TemporaryDirectory() as folder:
            site = self.build(folder, GARBOARD_REPO_URL="https://repository.example/garboard")
            for name, kind, path in (("security.html", "blob", "plugins/postgres/README.md"),
                                     ("migrations.html", "tree", "examples/migrate"),
                                     ("events.html", "blob", "schema/event.schema.json")):
                self.assertIn(f"https://repository.example/garboard/{kind}/main/{path}", site[name].links)

    def test_loads_nothing_from_another_host(self):
        with tempfile.TemporaryDirectory() as folder:
            self.build(folder)
            for path in pathlib.Path(folder).rglob("*.html"):
                text = path.read_text(encoding="utf-8")
                self.assertEqual(re.findall(r"<(?:script|img|link)[^>]*(?:src|href)=\"(?:https?:)?//[^>]*>", text), [])


class Pages(unittest.TestCase):
    def test_each_page_is_in_the_navigation_once(self):
        config = yaml.load((pages.ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Navigation)
        there = sorted(path.relative_to(pages.DOCS).as_posix() for path in pages.DOCS.rglob("*.md"))
        self.assertEqual(sorted(leaves(config["nav"])), there)

    def test_relative_links_lead_somewhere_in_the_repository(self):
        for path in pages.all_pages():
            text = path.read_text(encoding="utf-8")
            for link in pages.links(text):
                url = urllib.parse.urlsplit(link)
                if url.scheme:
                    continue
                target = (path.parent / url.path).resolve() if url.path else path
                with self.subTest(page=str(path.relative_to(pages.ROOT)), link=link):
                    self.assertTrue(target.is_relative_to(pages.ROOT) and target.exists(), "leads nowhere")
                    if url.fragment and target.suffix == ".md":
                        self.assertIn(url.fragment, pages.anchors(target.read_text(encoding="utf-8")))

    def test_code_begins_at_the_margin(self):
        """mkdocs takes it for text otherwise."""
        for path in pages.DOCS.rglob("*.md"):
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"(?m)^ +```", path.name)

    def test_lists_are_apart_from_the_text_before_them(self):
        """mkdocs takes them for text otherwise."""
        item = re.compile(r"^(?:[-*]|\d+\.) ")
        for path in pages.DOCS.rglob("*.md"):
            lines = pages.prose(path.read_text(encoding="utf-8")).splitlines()
            for before, line in zip(lines, lines[1:]):
                if item.match(line) and before.strip() and not item.match(before) and not before.startswith((" ", "#")):
                    self.fail(f"{path.relative_to(pages.ROOT)}: leave a line free before {line!r}")


class Examples(unittest.TestCase):
    def each_block(self):
        for path in pages.all_pages():
            for language, code in pages.blocks(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(pages.ROOT)), language, code

    def test_values_are_valid(self):
        validator = jsonschema.Draft7Validator(VALUES)
        seen = 0
        for page, language, code in self.each_block():
            if language != "yaml" or not re.match(r"(?:#[^\n]*\n)*migrations:", code):
                continue
            values = yaml.safe_load(code)["migrations"]
            if isinstance(values, list):
                continue  # of a plan
            seen += 1
            with self.subTest(page=page, block=code):
                self.assertEqual([error.message for error in validator.iter_errors(values)], [])
        self.assertGreater(seen, 0)

    def test_yaml_can_be_read(self):
        for page, language, code in self.each_block():
            if language == "yaml":
                with self.subTest(page=page, block=code):
                    list(yaml.load_all(code, Navigation))

    def test_manifests_in_pages_are_the_files(self):
        shown = set()
        for page, _, code in self.each_block():
            if named := re.match(r"# (examples/gitops/\S+)\n", code):
                shown.add(pages.ROOT / named[1])
                with self.subTest(page=page, file=named[1]):
                    self.assertEqual(code, (pages.ROOT / named[1]).read_text(encoding="utf-8"))
        self.assertEqual(shown, {path for path in (pages.ROOT / "examples/gitops").rglob("*") if path.is_file()})

    def test_options_of_commands_exist(self):
        if not GARBOARD:
            self.skipTest("no garboard was named")
        seen = 0
        for path in pages.all_pages():
            text = path.read_text(encoding="utf-8")
            for words in pages.commands(text) + pages.arguments(text):
                seen += 1
                with self.subTest(page=str(path.relative_to(pages.ROOT)), command=" ".join(words)):
                    self.assertEqual(wrong_options(words), [])
        self.assertGreater(seen, 150)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
