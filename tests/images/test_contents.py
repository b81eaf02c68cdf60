# SPDX-License-Identifier: Apache-2.0
"""What is in an image, and what is not."""

import hashlib
import json
import os
import stat
import subprocess
import unittest

import spdx
from images_case import ARCHIVES, ImagesCase

SBOM = "usr/share/sbom/garboard.spdx.json"
DRIVERS = {"sqlite": {"sqlite", "sqlite3"}, "mysql": {"mysql", "mariadb"}, "postgres": {"postgres", "postgresql"}}
DRIVERS["postgres-gssapi"] = DRIVERS["postgres"]
DRIVERS["full"] = DRIVERS["sqlite"] | DRIVERS["mysql"] | DRIVERS["postgres"]
# docs/images.md says these; bytes, as `gzip -9` makes of the layers
MOST = {"sqlite": 8_200_000, "postgres": 9_000_000, "mysql": 8_000_000, "postgres-gssapi": 14_500_000,
        "full": 16_000_000}
KERBEROS = ("libgssapi", "libkrb5", "libldap")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def is_elf(path):
    return os.path.isfile(path) and not os.path.islink(path) and read(path)[:4] == b"\x7fELF"


def has_interpreter(path):
    return "INTERP" in subprocess.run(["readelf", "-lW", path], capture_output=True, text=True).stdout


def files_of(root):
    """Paths of all files of an unpacked image, links left out."""
    return {"/" + os.path.relpath(os.path.join(folder, name), root)
            for folder, _, names in os.walk(root) for name in names
            if not os.path.islink(os.path.join(folder, name))}


class Contents(ImagesCase):
    def test_settings_are_those_of_the_contract(self):
        for target, archive in ARCHIVES.items():
            with self.subTest(target):
                self.assertEqual(archive.names, [f"localhost/garboard:{target}"])
                self.assertEqual(archive.config["User"], "65532:65532")
                self.assertEqual(archive.config["Entrypoint"], ["/usr/bin/garboard"])
                self.assertEqual(archive.config["WorkingDir"], "/migrations")
                self.assertNotIn("Cmd", {key for key, value in archive.config.items() if value})

    def test_labels_say_what_it_is(self):
        for target, archive in ARCHIVES.items():
            with self.subTest(target):
                labels = {name.removeprefix("org.opencontainers.image."): value
                          for name, value in archive.config["Labels"].items()}
                self.assertRegex(labels["version"], r"^\d+\.\d+\.\d+")
                self.assertRegex(labels["revision"], r"^([0-9a-f]{40}(-changed)?|unknown)$")
                self.assertRegex(labels["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
                self.assertEqual((labels["title"], labels["licenses"]), ("Garboard", "Apache-2.0"))

    def test_everything_belongs_to_root_and_nobody_else_may_write(self):
        for target, archive in ARCHIVES.items():
            with self.subTest(target):
                times = set()
                for _, member in archive.entries():
                    self.assertEqual((member.uid, member.gid), (0, 0), member.name)
                    self.assertTrue(member.isreg() or member.isdir() or member.issym(), member.name)
                    times.add(member.mtime)
                    if member.issym():
                        continue
                    mode = stat.S_IMODE(member.mode)
                    if member.name == "tmp":
                        self.assertEqual(mode, 0o1777)
                    else:
                        self.assertEqual(mode & 0o7022, 0, f"{member.name}: {mode:o}")
                self.assertEqual(len(times), 1, "files of several times make other layers each time")

    def test_nothing_can_be_run_but_the_program(self):
        for target, container in self.containers():
            with self.subTest(target):
                programs = {path for path in files_of(container.root)
                            if os.access(container.path(path), os.X_OK) and has_interpreter(container.path(path))}
                scripts = {path for path in files_of(container.root) if read(container.path(path))[:2] == b"#!"}
                worker = "/usr/lib/garboard/plugins/garboard-policy-worker"
                # libc.so.6 is a program too: it prints its version
                expected = {"/usr/bin/garboard", "/usr/lib/x86_64-linux-gnu/libc.so.6"}
                if "postgres" in DRIVERS[target]:
                    expected.add(worker)
                self.assertEqual(programs, {p.replace("x86_64", os.uname().machine) for p in expected})
                self.assertEqual(scripts, set())
                shells = {path for path in files_of(container.root)
                          if os.path.basename(path) in {"sh", "bash", "dash", "busybox", "ash"}}
                self.assertEqual(shells, set())

    def test_the_drivers_are_those_of_the_target(self):
        for target, container in self.containers():
            with self.subTest(target):
                plugins = os.listdir(container.path("/usr/lib/garboard/plugins"))
                self.assertEqual({name[len("garboard-driver-"):-3] for name in plugins if "driver" in name},
                                 DRIVERS[target])
                self.assertEqual({name[len("garboard-hook-"):-3] for name in plugins if "hook" in name},
                                 {"exec", "metrics", "notify", "policy"})

    def test_only_the_variants_with_kerberos_have_it(self):
        for target, container in self.containers():
            with self.subTest(target):
                found = {os.path.basename(path) for path in files_of(container.root)
                         if os.path.basename(path).startswith(KERBEROS)}
                self.assertEqual(bool(found), target in ("postgres-gssapi", "full"), found)

    def test_it_is_no_larger_than_the_page_says(self):
        for target, archive in ARCHIVES.items():
            with self.subTest(target):
                self.assertLessEqual(self.compressed(archive), MOST[target])


class Closure(ImagesCase):
    def unresolved(self, container):
        """What the image's own loader misses in the image's own files."""
        loader = next(path for path in sorted(files_of(container.root)) if "/ld-linux" in path)
        missing = []
        for path in sorted(files_of(container.root)):
            if is_elf(container.path(path)) and path != loader:
                done = container.run("--list", path, program=[loader])
                if done.returncode != 0:
                    missing.append(f"{path}: {done.stdout.strip()}")
        return missing

    def test_every_library_that_is_needed_is_there(self):
        for target, container in self.containers():
            with self.subTest(target):
                self.assertEqual(self.unresolved(container), [])

    def test_a_library_that_is_not_there_is_noticed(self):
        target, container = next(iter(self.containers()))
        folder = container.path(f"/usr/lib/{os.uname().machine}-linux-gnu")
        os.rename(folder + "/libcrypto.so.3", container.root + ".libcrypto")
        try:
            self.assertRegex("\n".join(self.unresolved(container)), r"libcurl\.so\.4: .*libcrypto\.so\.3: cannot open")
        finally:
            os.rename(container.root + ".libcrypto", folder + "/libcrypto.so.3")


class BillOfMaterials(ImagesCase):
    def documents(self):
        for target, container in self.containers():
            yield target, container, json.loads(read(container.path("/" + SBOM)))

    def test_it_is_what_spdx_demands(self):
        for target, _, document in self.documents():
            with self.subTest(target):
                self.assertEqual(spdx.problems(document), [])

    def test_the_checks_notice_what_is_wrong(self):
        _, _, document = next(self.documents())
        for break_it in (lambda d: d["files"][0].pop("copyrightText"),
                         lambda d: d["files"][-1]["checksums"][0].update(checksumValue="0" * 40),
                         lambda d: d["packages"][1].update(SPDXID="SPDXRef-a_b"),
                         lambda d: d["packages"][0].update(licenseDeclared="LicenseRef-none"),
                         lambda d: d["relationships"].pop(0)):
            broken = json.loads(json.dumps(document))
            break_it(broken)
            self.assertNotEqual(spdx.problems(broken), [])

    def test_the_validator_of_spdx_agrees(self):
        try:
            from spdx_tools.spdx.parser.parse_anything import parse_file
            from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
        except ImportError:
            self.skipTest("spdx-tools is not installed: pip install spdx-tools")
        for target, container, _ in self.documents():
            with self.subTest(target):
                found = validate_full_spdx_document(parse_file(container.path("/" + SBOM)))
                self.assertEqual([message.validation_message for message in found], [])

    def test_it_has_every_file_and_its_digest(self):
        for target, container, document in self.documents():
            with self.subTest(target):
                listed = {file["fileName"][1:]: file["checksums"][1]["checksumValue"] for file in document["files"]}
                there = {path: hashlib.sha256(read(container.path(path))).hexdigest()
                         for path in files_of(container.root) if path != "/" + SBOM}
                self.assertEqual(listed, {path: there[path] for path in there if not container.is_mount_point(path)})

    def test_it_is_beside_the_archive_too(self):
        for target, container in self.containers():
            with self.subTest(target):
                beside = ARCHIVES[target].path.removesuffix(".tar") + ".spdx.json"
                self.assertEqual(read(beside), read(container.path("/" + SBOM)))

    def test_it_names_what_is_inside_the_program(self):
        for target, _, document in self.documents():
            with self.subTest(target):
                of_kind = {}
                for relation in document["relationships"]:
                    of_kind.setdefault(relation["relationshipType"], set()).add(relation["relatedSpdxElement"])
                    of_kind.setdefault(relation["relationshipType"] + " from", set()).add(relation["spdxElementId"])
                self.assertLessEqual({"SPDXRef-Package-libyaml-cpp-dev", "SPDXRef-Package-nettle-dev"},
                                     of_kind["STATIC_LINK"])
                self.assertIn("SPDXRef-Package-nlohmann-json3-dev", of_kind["BUILD_DEPENDENCY_OF from"])
                self.assertEqual("SPDXRef-Package-libpg-query-dev" in of_kind["STATIC_LINK"],
                                 "postgres" in DRIVERS[target])

    def test_every_package_has_its_licence_in_the_image(self):
        for target, container, document in self.documents():
            with self.subTest(target):
                for package in document["packages"]:
                    if package.get("supplier"):
                        text = f"/usr/share/doc/{package['name']}/copyright"
                        self.assertTrue(container.exists(text), text)


if __name__ == "__main__":
    unittest.main()
