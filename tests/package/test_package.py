# SPDX-License-Identifier: Apache-2.0
"""The SDK as its users have it: installed, and every example built with it outside this tree, by
CMake and by pkg-config alone, and loaded."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(PROJECT, "tests", "support"))
from driver_trial import Trial, try_driver  # noqa: E402
from hook_process import HookProcess, event  # noqa: E402

BUILD = os.environ["GARBOARD_BUILD"]
GARBOARD = os.environ["GARBOARD"]
EXPORTS = os.path.join(PROJECT, "tests", "checks", "exports")
ALLOW, WARN, DENY = range(3)


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
    return done.stdout


def before_run(sql):
    return event("before_run", migrations=[
        {"id": "1", "name": "one", "direction": "up", "statements": [{"number": 1, "sql": sql}]}])


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(folder := tempfile.TemporaryDirectory(prefix="garboard-package-"))
        cls.work = folder.name
        cls.sdk = os.path.join(cls.work, "sdk")
        run("cmake", "--install", BUILD, "--component", "sdk", "--prefix", cls.sdk)
        # a copy, so that nothing beside an example in the tree can help to build it
        shutil.copytree(os.path.join(PROJECT, "examples"), os.path.join(cls.work, "examples"),
                        ignore=shutil.ignore_patterns("target", "Cargo.lock"))

    def source(self, example):
        return os.path.join(self.work, "examples", example)

    def by_cmake(self, example):
        """The plugin's file, installed."""
        build = os.path.join(self.work, "build", example)
        prefix = os.path.join(self.work, "installed", example)
        if not os.path.exists(prefix):
            run("cmake", "-S", self.source(example), "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                f"-DCMAKE_PREFIX_PATH={self.sdk}")
            run("cmake", "--build", build)
            run("cmake", "--install", build, "--prefix", prefix)
        return self.only_file(os.path.join(prefix, "lib", "garboard", "plugins", "garboard-*.so"))

    def only_file(self, pattern):
        found = [path for path in glob.glob(pattern) if not os.path.islink(path)]
        self.assertEqual(len(found), 1, (pattern, found))
        run(EXPORTS, found[0])
        return found[0]

    def by_pkg_config(self, example, plugin, *more):
        folder = os.path.join(self.work, "by_pkg_config", example)
        os.makedirs(folder)
        sources = glob.glob(os.path.join(self.source(example), "*.c*"))
        is_c = sources[0].endswith(".c")
        flags = run("pkg-config", "--cflags", "--libs", "garboard", *more,
                    env={**os.environ, "PKG_CONFIG_PATH": os.path.join(self.sdk, "share", "pkgconfig")})
        compiler = [os.environ.get("CC", "cc"), "-std=c99"] if is_c else [os.environ.get("CXX", "c++"), "-std=c++20"]
        run(*compiler, "-shared", "-fPIC", "-O2", *sources, "-o", os.path.join(folder, plugin), *flags.split())
        return self.only_file(os.path.join(folder, "garboard-*.so"))

    def by_cargo(self, example, plugin):
        cargo = shutil.which("cargo")
        if cargo is None:
            self.skipTest("cargo is not installed")
        target = os.path.join(self.work, "cargo")
        run(cargo, "build", "--release", "--offline", "--manifest-path",
            os.path.join(self.source(example), "Cargo.toml"), env={**os.environ, "CARGO_TARGET_DIR": target})
        folder = os.path.join(self.work, "by_cargo", example)
        os.makedirs(folder)
        library, = glob.glob(os.path.join(target, "release", f"libgarboard_*_{plugin.split('-')[2][:-3]}.so"))
        shutil.copy(library, os.path.join(folder, plugin))
        return self.only_file(os.path.join(folder, "garboard-*.so"))

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
