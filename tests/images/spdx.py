# SPDX-License-Identifier: Apache-2.0
"""What SPDX 2.3 demands of a document in JSON, as far as ours has it. Names of chapters are those of
the specification, https://spdx.github.io/spdx-spec/v2.3."""

import hashlib
import re

IDENTIFIER = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
LICENCE = re.compile(r"\(?[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*\)?")
DIGEST = {"SHA1": 40, "SHA256": 64}
KINDS = {"DESCRIBES", "CONTAINS", "STATIC_LINK", "BUILD_DEPENDENCY_OF"}
DOCUMENT = ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo")
PACKAGE = ("SPDXID", "name", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText")
FILE = ("SPDXID", "fileName", "checksums", "licenseConcluded", "licenseInfoInFiles", "copyrightText")


def problems(document):
    """What is wrong with the document, as sentences."""
    return [*_creation(document), *_elements(document), *_packages(document), *_files(document),
            *_relationships(document), *_licences(document)]


def _missing(what, element, fields):
    return [f"{what}: no {field}" for field in fields if element.get(field) in (None, "", [])]


def _creation(document):  # 6
    yield from _missing("document", document, DOCUMENT)
    if document["spdxVersion"] != "SPDX-2.3" or document["dataLicense"] != "CC0-1.0":
        yield "document: another version or data licence"
    if document["SPDXID"] != "SPDXRef-DOCUMENT":
        yield "document: another identifier"
    if not re.fullmatch(r"https?://[^#\s]+", document["documentNamespace"]):
        yield "document: the namespace is no URI without a fragment"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"]):
        yield "document: created at no time in UTC"
    if not all(re.match(r"(Tool|Person|Organization): \S", c) for c in document["creationInfo"]["creators"]):
        yield "document: a creator of no kind"


def elements(document):
    return [document, *document["packages"], *document["files"]]


def _elements(document):
    seen = set()
    for element in elements(document):
        if not IDENTIFIER.fullmatch(element["SPDXID"]):
            yield f"{element['SPDXID']}: not an identifier"
        if element["SPDXID"] in seen:
            yield f"{element['SPDXID']}: there twice"
        seen.add(element["SPDXID"])


def _packages(document):  # 7
    sums = {file["SPDXID"]: file["checksums"][0]["checksumValue"] for file in document["files"]}
    for package in document["packages"]:
        name = package["SPDXID"]
        yield from _missing(name, package, PACKAGE)
        owned = sorted(sums[r["relatedSpdxElement"]] for r in document["relationships"]
                       if r["spdxElementId"] == name and r["relatedSpdxElement"] in sums)
        if not package["filesAnalyzed"]:
            if "packageVerificationCode" in package or "licenseInfoFromFiles" in package:
                yield f"{name}: says something of files that were not looked at"
            continue
        code = hashlib.sha1("".join(owned).encode()).hexdigest()
        if package.get("packageVerificationCode", {}).get("packageVerificationCodeValue") != code:
            yield f"{name}: its verification code is not that of its files"
        for reference in package.get("externalRefs", []):
            if not re.fullmatch(r"pkg:deb/debian/[^@\s]+@[^?:\s]+\?\S+", reference["referenceLocator"]):
                yield f"{name}: {reference['referenceLocator']} is no purl"


def _files(document):  # 8
    for file in document["files"]:
        yield from _missing(file["SPDXID"], file, FILE)
        if not file["fileName"].startswith("./"):
            yield f"{file['fileName']}: is not relative"
        digests = {c["algorithm"]: c["checksumValue"] for c in file["checksums"]}
        for algorithm, length in DIGEST.items():
            if not re.fullmatch(rf"[0-9a-f]{{{length}}}", digests.get(algorithm, "")):
                yield f"{file['fileName']}: no {algorithm}"


def _relationships(document):  # 11
    known = {element["SPDXID"] for element in elements(document)}
    described = 0
    for relation in document["relationships"]:
        ends = {relation["spdxElementId"], relation["relatedSpdxElement"]}
        if not ends <= known:
            yield f"relationship of {sorted(ends - known)}, which is not there"
        if relation["relationshipType"] not in KINDS:
            yield f"relationship {relation['relationshipType']}: unknown"
        described += relation["relationshipType"] == "DESCRIBES"
    if described != 1:
        yield "the document does not describe one thing"


def _licences(document):  # 10, annex D
    texts = {text["licenseId"]: text["extractedText"] for text in document.get("hasExtractedLicensingInfos", [])}
    used = set()
    for package in document["packages"]:
        licence = package["licenseDeclared"]
        if not LICENCE.fullmatch(licence):
            yield f"{package['name']}: {licence} is no licence expression"
        used |= set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", licence))
    if used != {name for name, text in texts.items() if text}:
        yield f"licences without a text, or texts without a use: {sorted(used ^ set(texts))}"
