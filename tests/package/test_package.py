# SPDX-License-Identifier: Apache-2.0
"""The SDK as its users have it: every example is built with it outside this tree, by CMake and by
pkg-config alone, and loaded."""

import glob
import os
import tempfile
import unittest

from package_case import GARBOARD, PackageCase
from driver_trial import Trial, try_driver
from hook_process import HookProcess, event

ALLOW, WARN, DENY = range(3)


def before_run(sql):
    return event("before_run", migrations=[
        {"id": "1", "name": "one", "direction": "up", "statements": [{"number": 1, "sql": sql}]}])


class PackageTest(PackageCase):
    def test_builds_a_driver_in_cpp(self):
        try_driver("minimal", self.by_cmake("minimal_driver"))

    def test_builds_a_driver_by_pkg_config(self):
        try_driver("minimal", self.by_pkg_config("minimal_driver", "garboard-driver-minimal.so",
                                                 "sqlite3", "nlohmann_json"))

    def test_builds_a_driver_in_rust(self):
        try_driver("rust", self.by_cargo("driver_rust", "garboard-driver-rust.so"))

    def hook(self, file, config=None, **env):
        return HookProcess(GARBOARD, file, config or {}, env=env)

    def is_listed(self, name, file):
        with tempfile.TemporaryDirectory() as folder:
            out, _ = Trial(name, file, folder).garboard("plugins", "list")
        self.assertIn(file, out)
        self.assertNotIn(file + ":", out)  # a problem would follow

    def denies_drops(self, file):
        self.is_listed("minimal", file)
        with self.hook(file) as hook:
            self.assertEqual(hook.described["describe"]["events"], ["before_run"])
            self.assertEqual(hook.event(before_run("CREATE TABLE t (x INT)"))["verdict"], ALLOW)
            said = hook.event(before_run("DROP TABLE t"))
            self.assertEqual(said["verdict"], DENY)
            self.assertEqual(said["findings"]["findings"][0]["message"], "it drops a table")
            self.assertIn("bye", hook.request({"destroy": True}))
        with self.hook(file, {"allow": True}) as hook:
            self.assertEqual(hook.event(before_run("DROP TABLE t"))["verdict"], WARN)

    def test_builds_a_hook_in_cpp(self):
        self.denies_drops(self.by_cmake("minimal_hook"))

    def test_builds_a_hook_by_pkg_config(self):
        self.denies_drops(self.by_pkg_config("minimal_hook", "garboard-hook-minimal.so", "nlohmann_json"))

    def freezes(self, file):
        self.is_listed("freeze", file)
        mark = os.path.join(self.work, "freeze")
        with self.hook(file, FREEZE_FILE=mark) as hook:
            self.assertEqual(hook.event(before_run("SELECT 1"))["verdict"], ALLOW)
            with open(mark, "w", encoding="utf-8"):
                self.assertEqual(hook.event(before_run("SELECT 1"))["verdict"], DENY)
            os.unlink(mark)
            self.assertEqual(hook.event(before_run("SELECT 1"))["verdict"], ALLOW)
        with self.hook(file) as hook:
            self.assertEqual(hook.described["error"]["message"], "FREEZE_FILE is not set")

    def test_builds_a_hook_in_c(self):
        self.freezes(self.by_cmake("hook_c"))

    def test_builds_a_hook_in_c_by_pkg_config(self):
        self.freezes(self.by_pkg_config("hook_c", "garboard-hook-freeze.so"))

    def test_builds_a_hook_in_rust(self):
        file = self.by_cargo("hook_rust", "garboard-hook-hours.so")
        self.is_listed("hours", file)
        with self.hook(file, CHANGE_HOURS="0-24") as hook:
            self.assertEqual(hook.event(before_run("SELECT 1"))["verdict"], ALLOW)
        with self.hook(file, CHANGE_HOURS="0-0") as hook:
            said = hook.event(before_run("SELECT 1"))
            self.assertEqual(said["verdict"], DENY)
            self.assertIn("from 0 to 0 h", said["findings"]["findings"][0]["message"])
        with self.hook(file, CHANGE_HOURS="night") as hook:
            self.assertIn("CHANGE_HOURS", hook.described["error"]["message"])

    def test_an_example_fits_on_a_screen_or_two(self):
        for example in ("minimal_driver", "minimal_hook", "hook_c", "hook_rust/src", "driver_rust/src"):
            for path in glob.glob(os.path.join(self.source(example), "*")):
                if path.endswith((".c", ".cpp", "lib.rs")):
                    with open(path, encoding="utf-8") as file:
                        self.assertLessEqual(len(file.readlines()), 100, path)


if __name__ == "__main__":
    unittest.main()
