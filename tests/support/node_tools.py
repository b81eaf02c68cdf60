# SPDX-License-Identifier: Apache-2.0
"""Migration tools that npm installs, in a folder outside the source tree that is kept between runs."""

import os
import pathlib
import shutil
import subprocess
import unittest

PACKAGES = ["dbmate@2", "knex@3", "pg@8", "mysql2@3"]


def folder(packages=tuple(PACKAGES), name="", without="no dbmate and no Knex to make histories with"):
    """Where they are installed; skips the test, saying why, when they cannot be."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    place = pathlib.Path(os.environ.get("GARBOARD_TEST_NPM") or cache + "/garboard-tests/npm")
    if name:
        place = place.with_name(f"{place.name}-{name}")
    if all((place / "node_modules" / package.split("@")[0]).is_dir() for package in packages):
        return place
    if shutil.which("npm") is None:
        raise unittest.SkipTest("npm is not installed: " + without)
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    try:
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--fetch-retries=1", "--no-audit", "--no-fund",
                               *packages], cwd=place, capture_output=True, text=True, timeout=400)
    except subprocess.TimeoutExpired:
        raise unittest.SkipTest(f"npm did not install {', '.join(packages)} in time") from None
    if done.returncode != 0:
        raise unittest.SkipTest(f"npm could not install {', '.join(packages)}: " + done.stderr[-300:])
    return place


def run(name, *arguments, cwd, env):
    """Runs one of the tools; its output, or AssertionError with it."""
    done = subprocess.run([str(folder() / "node_modules" / ".bin" / name), *arguments], cwd=cwd,
                          env={**os.environ, **env}, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"{name} {arguments}: {done.stdout}{done.stderr}")
    return done.stdout
