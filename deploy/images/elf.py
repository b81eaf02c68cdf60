# SPDX-License-Identifier: Apache-2.0
"""What ELF files need, found by asking the files and the dynamic loader: libraries linked to, and
those opened while running."""

import glob
import os
import re
import subprocess

LIBRARY_NAME = re.compile(rb"(?<=\0)lib[A-Za-z0-9_+.-]+\.so(?:\.[0-9]+)*(?=\0)")
LIBRARY_FOLDER = re.compile(rb"(?<=\0)/(?:usr/)?lib/[\x21-\x7e]+(?=\0)")


class Missing(Exception):
    """A library that a file needs and that is not on this system."""


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def is_elf(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def loader_of(program):
    """The path that the program names as its dynamic loader."""
    return re.search(r"program interpreter: ([^\]]+)\]", output("readelf", "-lW", program)).group(1)


def opens_libraries(path):
    return re.search(r" UND dlm?open(@|$)", output("readelf", "--dyn-syms", "-W", path), re.M)


class Libraries:
    """Finds libraries as `loader` does, in `first` before the system's folders."""

    def __init__(self, loader, first):
        self.loader = loader
        self.first = first
        self.known = dict(re.findall(r"^\s(\S+) \(.*\) => (\S+)$", output("/sbin/ldconfig", "-p"), re.M))

    def linked(self, path):
        """{name: file} of all that the loader maps for this file, itself left out."""
        command = [self.loader] + (["--library-path", self.first] if self.first else [])
        done = subprocess.run([*command, "--list", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Missing(f"{path} cannot be loaded here: {done.stderr.strip()}")
        return dict(re.findall(r"^\s(\S+) => (\S+) \(0x", done.stdout, re.M))

    def opened(self, path):
        """{name: file} of what a file that opens libraries can open: those that it names, and what
        lies in the folders that it names. What this system does not have is left out."""
        if not opens_libraries(path):
            return {}
        with open(path, "rb") as file:
            content = file.read()
        found = {}
        for name in sorted(set(LIBRARY_NAME.findall(content))):
            if file := self._find(name.decode()):
                found[name.decode()] = file
        for folder in sorted(set(LIBRARY_FOLDER.findall(content))):
            for file in sorted(glob.glob(glob.escape(folder.decode()) + "/**/*.so", recursive=True)):
                if is_elf(file):
                    found[file] = file
        return found

    def _find(self, name):
        for path in (os.path.join(self.first or "/nonexistent", name), self.known.get(name, "")):
            if os.path.isfile(path) and subprocess.run([self.loader, "--verify", path]).returncode in (0, 2):
                return path
        return None

    def closure(self, paths):
        """{name: file} of everything that these files need, directly or not. A name that is a path is
        opened by that path."""
        found, waiting = {}, list(paths)
        while waiting:
            path = waiting.pop()
            for name, file in {**self.linked(path), **self.opened(path)}.items():
                if name not in found:
                    found[name] = file
                    waiting.append(file)
        return found
