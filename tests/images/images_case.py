# SPDX-License-Identifier: Apache-2.0
"""The images under test: the archives in the folder GARBOARD_IMAGES, each unpacked once."""

import atexit
import glob
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

import image

if "GARBOARD_IMAGES" not in os.environ:
    sys.exit("GARBOARD_IMAGES names no folder with archives: run these tests by tests/images/run")
ARCHIVES = {os.path.basename(path)[:-4]: image.Archive(path)
            for path in sorted(glob.glob(os.environ["GARBOARD_IMAGES"] + "/*.tar"))}
_unpacked = {}


def container(target):
    if target not in _unpacked:
        folder = tempfile.TemporaryDirectory(prefix="garboard-image-")
        atexit.register(folder.cleanup)
        _unpacked[target] = image.Container(ARCHIVES[target], folder.name)
    return _unpacked[target]


class ImagesCase(unittest.TestCase):
    def containers(self, *targets):
        """(target, container) of those of the targets that are there; of all without a name."""
        found = [target for target in ARCHIVES if not targets or target in targets]
        if not found:
            self.skipTest(f"no archive of {' or '.join(targets)} is in GARBOARD_IMAGES")
        return ((target, container(target)) for target in found)

    def compressed(self, archive):
        """Bytes of the layers as a registry keeps them."""
        total = 0
        with tarfile.open(archive.path) as tar:
            for layer in archive.layers:
                done = subprocess.run(["gzip", "-9n"], input=tar.extractfile(layer).read(),
                                      stdout=subprocess.PIPE, check=True)
                total += len(done.stdout)
        return total
