# SPDX-License-Identifier: Apache-2.0
"""A driver of somebody else's, added to an image by a Dockerfile of two lines, as docs/images.md says."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import image
from images_case import ARCHIVES, ImagesCase
from image import PROJECT


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
    return done.stdout


class SomebodyElsesDriver(ImagesCase):
    def build_driver(self, folder):
        """The driver of examples/minimal_driver, by the SDK, as its author would."""
        sdk = folder + "/sdk"
        run("cmake", "-S", PROJECT, "-B", folder + "/project", "-G", "Ninja", "-DGARBOARD_DRIVERS=",
            "-DGARBOARD_HOOKS=", "-DGARBOARD_BUILD_TESTS=OFF")
        run("cmake", "--install", folder + "/project/core/sdk", "--component", "sdk", "--prefix", sdk)
        run("cmake", "-S", PROJECT + "/examples/minimal_driver", "-B", folder + "/driver", "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={sdk}")
        run("cmake", "--build", folder + "/driver")
        return folder + "/driver/lib/garboard/plugins/garboard-driver-minimal.so"

    def dockerfile(self):
        """The two lines of the page, about this driver."""
        with open(PROJECT + "/docs/images.md", encoding="utf-8") as page:
            lines = re.search(r"```dockerfile\n(FROM \S+\nCOPY garboard-driver-\S+ \S+\n)```", page.read()).group(1)
        return lines.replace("garboard-driver-x.so", "garboard-driver-minimal.so")

    def test_two_lines_add_it(self):
        if "sqlite" not in ARCHIVES:
            self.skipTest("no archive of sqlite is in GARBOARD_IMAGES")
        if shutil.which("buildah") is None:
            self.skipTest("not run: needs buildah, which builds on an image out of an archive")
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="garboard-driver-"))
        os.chmod(folder, 0o755)
        context = folder + "/context"
        os.mkdir(context)
        shutil.copy(self.build_driver(folder), context)
        with open(context + "/Dockerfile", "w", encoding="utf-8") as file:
            file.write(self.dockerfile().replace("FROM garboard:sqlite",
                                                 "FROM docker-archive:" + ARCHIVES["sqlite"].path))
        name = "localhost/garboard-test-driver:sqlite"
        run("buildah", "build", "--isolation", "chroot", "-q", "-t", name, context)
        self.addCleanup(run, "buildah", "rmi", name)
        run("buildah", "push", "-q", name, f"docker-archive:{folder}/driver.tar:{name}")
        self.migrate(image.Container(image.Archive(folder + "/driver.tar"), folder), folder)

    def migrate(self, container, folder):
        plan = {"version": 1, "migrations": [{"id": "1", "up": [{"sql": "CREATE TABLE t (x INT);"}]}]}
        with open(folder + "/plan.json", "w", encoding="utf-8") as file:
            json.dump(plan, file)
        os.mkdir(folder + "/data")
        os.chown(folder + "/data", 65532, 65532)
        mounts = [(folder + "/plan.json", "/migrations/plan.json", "ro"), (folder + "/data", "/data", "rw")]
        for command in ("migrate", "status"):
            done = container.run(command, "--plan", "/migrations/plan.json", mounts=mounts,
                                 environment={"DATABASE_URL": "minimal:/data/app.db"})
            self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(os.path.exists(folder + "/data/app.db"))


if __name__ == "__main__":
    unittest.main()
