# SPDX-License-Identifier: Apache-2.0
"""An image out of a docker-archive: its settings, what is in its layers, and running it as a
container would be run: another root, read-only, as the image's user."""

import json
import os
import shutil
import subprocess
import tarfile

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Mounts what a runtime mounts, in a mount namespace of its own, then becomes the program.
ENTER = r"""
set -e
root=$1 user=$2; shift 2
mount --rbind "$root" "$root"
for name in null urandom zero; do mount --bind "/dev/$name" "$root/dev/$name"; done
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
while [ "$1" != -- ]; do
  mount --bind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
exec chroot --userspec="$user" "$root" "$@"
"""


class Archive:
    def __init__(self, path):
        self.path = path
        with tarfile.open(path) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))[0]
            self.names = manifest["RepoTags"]
            self.layers = manifest["Layers"]
            document = json.load(archive.extractfile(manifest["Config"]))
            self.config, self.digests = document["config"], document["rootfs"]["diff_ids"]

    def entries(self):
        """[(layer, member)] of all layers, the lowest first."""
        found = []
        with tarfile.open(self.path) as archive:
            for index, layer in enumerate(self.layers):
                with tarfile.open(fileobj=archive.extractfile(layer)) as tar:
                    found += [(index, member) for member in tar]
        return found

    def unpack(self, folder):
        with tarfile.open(self.path) as archive:
            for layer in self.layers:
                with tarfile.open(fileobj=archive.extractfile(layer)) as tar:
                    tar.extractall(folder, filter="fully_trusted")
                    self._take_away(folder, [m.name for m in tar if os.path.basename(m.name).startswith(".wh.")])

    def _take_away(self, folder, marks):
        """What a layer says to be gone from those below it: `.wh.NAME` beside where NAME is."""
        for mark in marks:
            os.remove(os.path.join(folder, mark))
            gone = os.path.join(folder, os.path.dirname(mark), os.path.basename(mark)[len(".wh."):])
            (shutil.rmtree if os.path.isdir(gone) else os.remove)(gone)


class Container:
    """An unpacked image. `mounts` are (path here, path in it, "ro" or "rw")."""

    def __init__(self, archive, folder):
        self.archive, self.root = archive, os.path.join(folder, "root")
        archive.unpack(self.root)
        self.points = set()  # made here, not part of the image

    def path(self, inside):
        return self.root + inside

    def exists(self, inside):
        """Whether there is a file, links followed as they are inside."""
        place = self.path(inside)
        if os.path.islink(place):
            return self.exists(os.path.normpath(os.path.join(os.path.dirname(inside), os.readlink(place))))
        return os.path.isfile(place)

    def is_mount_point(self, inside):
        return inside in self.points

    def _mount_point(self, source, inside):
        # a runtime makes these before it takes the right to write away
        place = self.path(inside)
        if os.path.isdir(source):
            os.makedirs(place, exist_ok=True)
        elif not os.path.exists(place):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8"):
                self.points.add(inside)

    def run(self, *arguments, mounts=(), environment=None, program=None):
        """The finished process of the entrypoint with these arguments, its output merged as text."""
        points = [("/dev/null", "/dev/null"), ("/dev/null", "/dev/urandom"), ("/dev/null", "/dev/zero"),
                  ("/proc", "/proc"), *((source, inside) for source, inside, _ in mounts)]
        for source, inside in points:
            self._mount_point(source, inside)
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "enter",
                   self.root, self.archive.config["User"], *(part for mount in mounts for part in mount), "--",
                   *(program or self.archive.config["Entrypoint"]), *arguments]
        variables = dict(entry.split("=", 1) for entry in self.archive.config.get("Env", []))
        return subprocess.run(command, env={**variables, **(environment or {})}, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)
