# SPDX-License-Identifier: Apache-2.0
"""The SDK, installed into an empty folder, and a copy of the examples to build with it."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(PROJECT, "tests", "support"))

BUILD = os.environ["GARBOARD_BUILD"]
GARBOARD = os.environ["GARBOARD"]
EXPORTS = os.path.join(PROJECT, "tests", "checks", "exports")


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
    return done.stdout


class PackageCase(unittest.TestCase):
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
