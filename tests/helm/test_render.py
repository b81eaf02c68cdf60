# SPDX-License-Identifier: Apache-2.0
"""What is rendered: the same by every Helm, as the golden files have it, and gated by the server's version."""

import difflib
import pathlib
import re
import unittest

import cases
import charts

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
UPDATE = False
ENDS = (charts.VERSIONS[0], charts.NEWEST)
RENDERED = {}


def number(version):
    return tuple(int(part) for part in version.split("."))


def rendered():
    """{(case, version): ...}, of each case for servers that have what it needs, as {Helm: text}."""
    if not RENDERED:
        space = charts.workspace()
        wanted = [(space.application, name, values, "0") for name, values in cases.APPLICATION.items()]
        wanted += [(space.application, name, values, least) for name, (least, values) in cases.NEWER.items()]
        wanted += [(space.shop, name, values, "0") for name, values in cases.SHOP.items()]
        wanted += [(space.tiny, name, values, "0") for name, values in cases.TINY.items()]
        jobs = [(major, chart, name, values, version) for chart, name, values, least in wanted
                for version in (charts.VERSIONS if name in cases.EVERY_VERSION else ENDS)
                if number(version) >= number(least)
                for major in charts.HELMS if version == charts.NEWEST or name in cases.EVERY_VERSION or
                major == next(iter(charts.HELMS))]

        def render(major, chart, name, values, version):
            return name, version, major, space.render(major, chart, values, kube=version)
        for name, version, major, text in charts.each(render, jobs):
            RENDERED.setdefault((name, version), {})[major] = text
    return RENDERED


def texts(version=charts.NEWEST):
    return {name: next(iter(by_helm.values())) for (name, of), by_helm in rendered().items() if of == version}


class Render(unittest.TestCase):
    maxDiff = None

    def test_every_helm_renders_the_same(self):
        for (name, version), by_helm in rendered().items():
            with self.subTest(case=name, kubernetes=version):
                # the kind of an object in charts/ decides its place; the text is the same
                self.assertEqual(len({tuple(sorted(re.split(r"^---\n", text, flags=re.M)))
                                      for text in by_helm.values()}), 1)

    def test_golden_files(self):
        wanted = {f"{name}.yaml": texts()[name] for name in cases.GOLDEN}
        wanted["everything-1.20.yaml"] = texts("1.20.0")["everything"]
        if UPDATE:
            for path in GOLDEN.glob("*.yaml"):
                path.unlink()
            for name, text in wanted.items():
                (GOLDEN / name).write_text(text, encoding="utf-8")
        self.assertEqual({path.name for path in GOLDEN.glob("*.yaml")}, set(wanted))
        for name, text in wanted.items():
            golden = (GOLDEN / name).read_text(encoding="utf-8")
            if text != golden:
                self.fail(f"golden/{name}; tests/helm/run --update writes it anew\n" + "".join(
                    difflib.unified_diff(golden.splitlines(True), text.splitlines(True), "golden", "rendered")))

    def test_rendering_twice_gives_the_same(self):
        space = charts.workspace()
        for name in ("everything", "job"):
            major = next(iter(charts.HELMS))
            again = [space.render(major, space.application, cases.APPLICATION[name], *more)
                     for more in ((), ("--is-upgrade",))]
            self.assertEqual(again, [texts()[name]] * 2, name)

    def test_newer_features_are_gated(self):
        first_with = {"podFailurePolicy:": "1.26.0", "batch/v1\nkind: CronJob": "1.21.0", "completionMode:": "1.24.0",
                      "backoffLimitPerIndex:": "1.29.0", "FailIndex": "1.29.0", "restartPolicy: Always": "1.29.0"}
        seen = set()
        for (name, version), by_helm in rendered().items():
            for text in by_helm.values():
                for feature, least in first_with.items():
                    if feature in text:
                        seen.add(feature)
                        self.assertGreaterEqual(number(version), number(least), f"{feature} in {name} for {version}")
                if number(version) >= (1, 21):
                    self.assertNotIn("batch/v1beta1", text)
        self.assertEqual(seen, set(first_with))

    def test_a_switched_off_chart_makes_nothing(self):
        for name in ("disabled", "copy_disabled"):
            self.assertEqual(charts.objects(texts()[name]), [], name)
        self.assertEqual([one["kind"] for one in charts.objects(texts()["shop_disabled"])], ["Deployment"])

    def test_no_template_depends_on_time_chance_or_revision(self):
        for path in charts.PROJECT.glob("deploy/helm/**/*.*"):
            if path.suffix in (".tpl", ".yaml", ".txt") and "charts" not in path.parts:
                for word in (r"\bnow\b", r"\brand[A-Z]", r"\.Release\.Revision", r"\blookup\b", r"\buuidv4\b",
                             r"\bgen[A-Z]\w+"):
                    for action in re.findall(r"\{\{(?!-? ?/\*).*?\}\}", path.read_text(encoding="utf-8"), re.S):
                        self.assertIsNone(re.search(word, action), f"{path.name}: {action}")


if __name__ == "__main__":
    unittest.main()
