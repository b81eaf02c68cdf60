# SPDX-License-Identifier: Apache-2.0
"""A list of plugins with their digests: only these are opened."""

import glob
import json
import os
import shutil
import sys
import tempfile
import unittest

from case import GARBOARD, GarboardTest, table
import databases

BUILT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(GARBOARD))), "lib", "garboard", "plugins")


class PluginLock(GarboardTest):

    def setUp(self):
        super().setUp()
        self.plugins = tempfile.mkdtemp(prefix="garboard-plugins-")
        self.addCleanup(shutil.rmtree, self.plugins)
        for file in glob.glob(os.path.join(BUILT, "garboard-driver-sqlite*.so")):
            shutil.copy(file, self.plugins, follow_symlinks=False)
        self.lock = os.path.join(self.folder.name, "plugins.lock")
        self.database = databases.Sqlite()
        self.addCleanup(self.database.drop)

    def run_locked(self, code=0):
        return self.migrate(self.database, self.plan([table("a")]), "--plugin-dir", self.plugins,
                            "--locked", self.lock, "--log-format", "text", code=code)[1]

    def write_lock(self):
        self.garboard(self.database, "plugins", "lock", self.lock, "--plugin-dir", self.plugins)
        with open(self.lock, encoding="utf-8") as file:
            return json.load(file)

    def test_what_is_locked_is_opened_also_by_its_other_name(self):
        locked = self.write_lock()["plugins"]
        self.assertRegex(locked["garboard-driver-sqlite.so"], "^sha256:[0-9a-f]{64}$")
        self.run_locked()
        self.database.url = self.database.url.replace("sqlite:", "sqlite3:")
        self.run_locked()

    def test_another_file_is_refused(self):
        self.write_lock()
        path = os.path.join(self.plugins, "garboard-driver-sqlite.so")
        with open(path, "ab") as file:
            file.write(b"x")
        self.assertIn("is another file than that of", self.run_locked(code=23))
        self.assertFalse(os.path.exists(self.database.path))

    def test_one_that_is_not_listed_is_refused(self):
        with open(self.lock, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "plugins": {}}, file)
        self.assertIn("garboard-driver-sqlite.so is not in", self.run_locked(code=23))

    def test_a_list_that_is_none_or_missing_opens_nothing(self):
        for text in ("", "{}", '{"version":1,"plugins":{"x":"sha256:12"}}', '{"version":2,"plugins":{}}'):
            with open(self.lock, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn("garboard plugins lock", self.run_locked(code=20))
        os.remove(self.lock)
        self.assertIn("cannot read", self.run_locked(code=20))

    def test_a_hook_is_held_to_it_too(self):
        hooks = os.path.join(self.folder.name, "hooks.yaml")
        with open(hooks, "w", encoding="utf-8") as file:
            file.write("version: 1\nhooks: [{name: moody, config: {mood: allow}}]\n")
        self.write_lock()
        test_hooks = os.path.join(os.path.dirname(os.path.dirname(BUILT)), "test-hooks")
        arguments = ["--hooks", hooks, "--plugin-dir", self.plugins, "--plugin-dir", test_hooks]
        plan = self.plan([table("a")])
        _, err = self.migrate(self.database, plan, *arguments, "--locked", self.lock, code=23)
        self.assertIn("garboard-hook-moody.so is not in", err)
        self.garboard(self.database, "plugins", "lock", self.lock, *arguments[2:])
        self.migrate(self.database, plan, *arguments, "--locked", self.lock)


if __name__ == "__main__":
    sys.exit(unittest.main())
