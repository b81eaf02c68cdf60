# SPDX-License-Identifier: Apache-2.0
"""The bill of materials of an image, as SPDX 2.3 in JSON."""

import datetime
import hashlib
import json
import os
import re
from dataclasses import dataclass

PATH = "/usr/share/sbom/garboard.spdx.json"
HOME = "https://spdx.org/spdxdocs"
NOTHING = "NOASSERTION"


@dataclass
class Inside:
    """Packages whose code is inside the program's own files."""
    linked: list    # from static libraries
    compiled: list  # from headers


def identifier(kind, name):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def digest(algorithm, path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def describe_file(path, place):
    with open(place, "rb") as file:
        kind = "BINARY" if file.read(4) == b"\x7fELF" else "TEXT"
    return {"SPDXID": identifier("File", path.strip("/")), "fileName": "." + path, "fileTypes": [kind],
            "checksums": [{"algorithm": "SHA1", "checksumValue": digest("sha1", place)},
                          {"algorithm": "SHA256", "checksumValue": digest("sha256", place)}],
            "licenseConcluded": NOTHING, "licenseInfoInFiles": [NOTHING], "copyrightText": NOTHING}


def verification_code(files):
    sums = sorted(file["checksums"][0]["checksumValue"] for file in files)
    return hashlib.sha1("".join(sums).encode()).hexdigest()


def describe_package(package, files):
    """A package with those of its files that are in the image, if any are."""
    described = {"SPDXID": identifier("Package", package.name), "name": package.name,
                 "versionInfo": package.version, "downloadLocation": NOTHING,
                 "filesAnalyzed": bool(files), "licenseConcluded": NOTHING,
                 "licenseDeclared": package.licence, "copyrightText": NOTHING}
    if files:
        described["packageVerificationCode"] = {"packageVerificationCodeValue": verification_code(files)}
        described["licenseInfoFromFiles"] = [NOTHING]
    if package.source:
        described["supplier"] = "Organization: Debian"
        described["externalRefs"] = [{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": purl(package)}]
        described["sourceInfo"] = package.how_built or f"Debian's source package {package.source}"
        described["licenseComments"] = f"of most of the source; see {package.copyright_file}"
    return described


def purl(package):
    version = package.version.replace("~", "%7E").replace("+", "%2B").replace(":", "%3A")
    name = package.name.replace("+", "%2B")
    return f"pkg:deb/debian/{name}@{version}?arch={package.architecture}&upstream={package.source}"


def relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def relations_inside(own, inside):
    this = identifier("Package", own.name)
    yield from (relation(this, "STATIC_LINK", identifier("Package", p.name)) for p in inside.linked)
    yield from (relation(identifier("Package", p.name), "BUILD_DEPENDENCY_OF", this)
                for p in inside.compiled)


def document(name, own, image, inside):
    """The text of the document: `own` is the package of the program."""
    packages = {p.name: p for p in [*inside.linked, *inside.compiled, *image.packages.values(), own]}
    files, of_package = [], {}
    for path, (place, package) in sorted(image.files.items()):
        files.append(describe_file(path, place))
        of_package.setdefault(package.name, []).append(files[-1])
    whole = identifier("Image", name)
    described = [{
        "SPDXID": whole, "name": f"garboard-{name}", "versionInfo": own.version,
        "downloadLocation": NOTHING, "filesAnalyzed": False, "licenseConcluded": NOTHING,
        "licenseDeclared": NOTHING, "copyrightText": NOTHING, "primaryPackagePurpose": "CONTAINER"}]
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", whole)]
    for key in sorted(packages):
        mine = of_package.get(key, [])
        described.append(describe_package(packages[key], mine))
        this = described[-1]["SPDXID"]
        if mine:
            relations.append(relation(whole, "CONTAINS", this))
        relations += [relation(this, "CONTAINS", file["SPDXID"]) for file in mine]
    relations += relations_inside(own, inside)
    # the same files and the same packages have the same name
    content = hashlib.sha256(json.dumps([described, files]).encode()).hexdigest()
    created = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")),
                                              datetime.timezone.utc)
    whole_document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"garboard-{name}-{own.version}",
        "documentNamespace": f"{HOME}/garboard-{name}-{own.version}-{content}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: garboard-deploy-images"]},
        "packages": described, "files": files, "relationships": relations}
    if texts := licence_texts(packages.values()):
        whole_document["hasExtractedLicensingInfos"] = texts
    return json.dumps(whole_document, indent=1) + "\n"


def licence_texts(packages):
    texts = {p.licence: p.licence_text for p in packages if p.licence.startswith("LicenseRef-")}
    return [{"licenseId": name, "extractedText": texts[name] or name} for name in sorted(texts)]
