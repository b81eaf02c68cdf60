# SPDX-License-Identifier: Apache-2.0
"""docs/plugin-authors.md, done as it says: its files are written, its commands run, in order."""

import os
import re
import subprocess
import tempfile
import unittest

from package_case import GARBOARD, PROJECT, PackageCase

FENCE = re.compile(r"^```(\w+)(?: (file|replaces)=\"?([^\"\n]+)\"?)?\n(.*?)^```$", re.M | re.S)


def blocks_of(text):
    """Language, what its text is for (`file` or `replaces`), its name, and the text."""
    return FENCE.findall(text)


class PluginAuthorsTest(PackageCase):
    def setUp(self):
        with open(os.path.join(PROJECT, "docs", "plugin-authors.md"), encoding="utf-8") as file:
            self.chapters = file.read().split("\n## ")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GARBOARD_", "DB_", "DATABASE_"))},
            "CMAKE_PREFIX_PATH": self.sdk,
            "PATH": os.path.dirname(GARBOARD) + os.pathsep + os.environ["PATH"]}

    def write(self, folder, name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def replace(self, folder, mark, text):
        name, = [name for name in os.listdir(folder) if name.endswith(".cpp")]
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        marked, = [i for i, line in enumerate(lines) if line.rstrip().endswith(f"// {mark}")]
        lines[marked] = text
        self.write(folder, name, "".join(lines))

    def follow(self, title):
        """What it exports goes on to the next block, and to the next chapter."""
        chapter, = [text for text in self.chapters if text.startswith(title)]
        folder = tempfile.TemporaryDirectory(prefix="garboard-author-")
        self.addCleanup(folder.cleanup)
        commands = 0
        for language, kind, name, text in blocks_of(chapter):
            if kind == "file":
                self.write(folder.name, name, text)
            elif kind == "replaces":
                self.replace(folder.name, name, text)
            elif language == "sh":
                commands += 1
                done = subprocess.run(["bash", "-eu", "-c", text + "\nenv -0 > .environment"],
                                      cwd=folder.name, env=self.environment, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual(done.returncode, 0, text + done.stdout)
                with open(os.path.join(folder.name, ".environment"), encoding="utf-8") as file:
                    self.environment = dict(entry.split("=", 1) for entry in file.read().split("\0") if entry)
        return commands

    def test_its_steps_work(self):
        self.assertEqual(self.follow("A driver in 30 minutes"), 5)
        self.assertEqual(self.follow("A hook in 10 minutes"), 2)


if __name__ == "__main__":
    unittest.main()
