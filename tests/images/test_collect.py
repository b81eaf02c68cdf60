# SPDX-License-Identifier: Apache-2.0
"""How deploy/images finds what files need, on files made for it."""

import os
import subprocess
import sys
import tempfile
import unittest

from image import PROJECT

sys.path.insert(0, os.path.join(PROJECT, "deploy", "images"))
import debian  # noqa: E402
import elf  # noqa: E402

OPENS = '#include <dlfcn.h>\nvoid* f(void) { return dlopen("libz.so.1", RTLD_NOW); }\n'
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2000 A
License: %s

Files: debian/*
Copyright: 2001 B
License: GPL-3+
 Not this one.

License: Odd
 Do what you
 want.
"""


class Collect(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="garboard-collect-"))
        self.loader = elf.loader_of("/bin/true")

    def library(self, name, source, *options):
        """A shared library of this C source; `options` are the linker's, after it."""
        path = os.path.join(self.folder, name)
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", path, "-L", self.folder,
                        "-Wl,--no-as-needed", *options], input=source, text=True, check=True)
        return path

    def test_takes_what_is_linked_and_what_is_opened(self):
        path = self.library("libopens.so", OPENS)
        found = elf.Libraries(self.loader, None).closure([path])
        self.assertLessEqual({"libz.so.1", "libc.so.6"}, set(found))

    def test_takes_what_lies_in_a_folder_that_is_named(self):
        source = OPENS.replace("libz.so.1", "/usr/lib/x86_64-linux-gnu/ossl-modules")
        found = elf.Libraries(self.loader, None).opened(self.library("libfolder.so", source))
        self.assertEqual([os.path.basename(path) for path in found], ["legacy.so"])

    def test_a_name_in_a_file_that_opens_nothing_is_text(self):
        path = self.library("libtext.so", 'const char* f(void) { return "libz.so.1"; }\n')
        self.assertNotIn("libz.so.1", elf.Libraries(self.loader, None).closure([path]))

    def test_finds_a_library_of_its_own_before_the_systems(self):
        own = self.library("libz.so.1", "int own;\n", "-Wl,-soname,libz.so.1")
        found = elf.Libraries(self.loader, self.folder).closure([self.library("libopens.so", OPENS)])
        self.assertEqual(found["libz.so.1"], own)

    def test_refuses_a_closure_with_a_hole(self):
        gone = self.library("libgone.so", "int gone;\n", "-Wl,-soname,libgone.so")
        path = self.library("libneeds.so", "int needs;\n", "-lgone")
        os.remove(gone)
        with self.assertRaisesRegex(elf.Missing, r"libneeds\.so cannot be loaded here: .*libgone\.so"):
            elf.Libraries(self.loader, None).closure([path])

    def licence(self, name):
        path = os.path.join(self.folder, "copyright")
        with open(path, "w", encoding="utf-8") as file:
            file.write(DEP5 % name)
        return debian.licence(path)

    def test_reads_the_licence_of_a_package(self):
        self.assertEqual(self.licence("Expat"), ("MIT", ""))
        self.assertEqual(self.licence("GPL-2+ or LGPL-2.1"), ("GPL-2.0-or-later OR LGPL-2.1-only", ""))
        self.assertEqual(self.licence("Odd"), ("LicenseRef-Debian-Odd", "Do what you\nwant."))
        self.assertEqual(self.licence("Expat and Odd or ISC")[0], "LicenseRef-Debian-Expat-and-Odd-or-ISC")

    def test_asserts_nothing_where_a_machine_can_read_nothing(self):
        path = os.path.join(self.folder, "copyright")
        with open(path, "w", encoding="utf-8") as file:
            file.write("This is free software; License: MIT, more or less.\n")
        self.assertEqual(debian.licence(path), ("NOASSERTION", ""))

    def test_knows_the_package_of_a_file_under_both_its_names(self):
        for path in ("/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"):
            self.assertEqual(debian.owner(path.replace("x86_64", os.uname().machine)), "libc6")
        self.assertIsNone(debian.owner(self.folder))


if __name__ == "__main__":
    unittest.main()
