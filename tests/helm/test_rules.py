# SPDX-License-Identifier: Apache-2.0
"""What is refused, what things are called, and what the notes say."""

import re
import shutil
import unittest

import cases
import charts
from charts import migrations, named, objects


class Refusals(unittest.TestCase):
    def refuse(self, chart, values, says, *more, kube=charts.NEWEST):
        space = charts.workspace()
        for major in charts.HELMS:
            with self.subTest(helm=major, values=values):
                with self.assertRaisesRegex(charts.Refused, says):
                    space.render(major, chart, values, *more, kube=kube)

    def test_values_that_cannot_work(self):
        charts.each(lambda values, says: self.refuse(charts.workspace().application, values, says), cases.REFUSED)

    def test_what_the_server_is_too_old_for(self):
        for name, says in cases.REFUSED_BY_OLD:
            self.refuse(charts.workspace().application, cases.NEWER[name][1], says, kube="1.20.0")

    def test_a_library_user_without_a_schema_is_told_of_a_typo(self):
        shop = charts.workspace().shop
        def refuse(values, says):
            self.refuse(shop, {"migrations": values}, says, "--skip-schema-validation")
            if "source" not in values:
                self.refuse(shop, {"migrations": values}, "migrations")
        charts.each(refuse, (
            ({"modee": "job"}, "migrations.modee is not a value of garboard; migrations has: activeDeadline"),
            ({"gate": {"tiemout": "1s"}}, "migrations.gate.tiemout is not a value .* atLeast, enabled"),
            ({"connection": {"keys": {"pass": "x"}}}, "migrations.connection.keys.pass is not"),
            ({"gate": True}, "migrations.gate must have keys: atLeast"),
            ({"mode": "hok"}, "migrations.mode is hok; it is one of: hook, job"),
            ({"when": ["pre-instal"]}, "when has pre-instal; the events are"),
            ({"when": []}, "when is empty"),
            ({"hookDeletePolicy": "hook-failed"}, "hookDeletePolicy is hook-failed"),
            ({"source": {"files": "migrations/none*"}}, "no file of the chart matches")))

    def test_a_library_with_an_alias_needs_to_be_told_where_its_defaults_are(self):
        space = charts.workspace()
        aliased = space.root / "aliased"
        shutil.copytree(space.shop, aliased)
        with (aliased / "Chart.yaml").open("a", encoding="utf-8") as file:
            file.write("    alias: library\n")
        self.refuse(aliased, {}, r"not at \.Values\.garboard; if the dependency has an alias, pass")
        for path in (aliased / "templates").iterdir():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(".Values.migrations)", '.Values.migrations "defaults" .Values.library)')
                            .replace(".Values.migrations }", '.Values.migrations "defaults" .Values.library }'),
                            encoding="utf-8")
        for major in charts.HELMS:
            named(objects(space.render(major, aliased, {"library": {"mode": "job"}})), "Job")

    def test_an_image_without_a_tag(self):
        space = charts.workspace()
        bare = space.root / "bare"
        shutil.copytree(space.shop, bare)
        chart = bare / "Chart.yaml"
        chart.write_text(re.sub("appVersion:.*", "", chart.read_text(encoding="utf-8")), encoding="utf-8")
        self.refuse(bare, {"migrations": {"image": {"tag": ""}}}, "image.tag is empty, and the chart has no appVersion")

    def test_two_databases_in_one_chart(self):
        space = charts.workspace()
        pair = space.root / "pair"
        shutil.copytree(space.shop, pair)
        second = '(dict "context" . "values" .Values.users{})'
        (pair / "templates/users.yaml").write_text(
            "{{ include \"garboard.resources\" " + second.format("") + " }}\n", encoding="utf-8")
        deployment = pair / "templates/deployment.yaml"
        text = deployment.read_text(encoding="utf-8")
        for part in ("initContainer", "gateInitContainer", "volumes"):
            line = '        {{- include "garboard.' + part + '" $migrations | nindent 8 }}\n'
            self.assertIn(line, text)
            text = text.replace(line, line + line.replace("$migrations", second.format(' "suffix" "users"')))
        deployment.write_text(text, encoding="utf-8")
        users = {"image": charts.IMAGE, "connection": {"existingSecret": "users", "mountAsFile": True},
                 "source": {"type": "configMap", "files": "migrations/*"}}
        self.refuse(pair, {"users": users}, "two Jobs of this chart are named shop-prod-migrate; .* name: ")
        values = {"users": {**users, "name": "users"}, "migrations": {"connection": {"mountAsFile": True}}}
        for major in charts.HELMS:
            for mode, first in (("hook", ["garboard-gate"]), ("initContainer", ["garboard-wait", "garboard"])):
                values["users"]["mode"] = values["migrations"]["mode"] = mode
                documents = objects(space.render(major, pair, values))
                pod = charts.pod_of(named(documents, "Deployment"))
                self.assertEqual([one["name"] for one in pod["initContainers"]],
                                 first + [name + "-users" for name in first])
                mounts = [one["volumeMounts"][i]["name"] for one in pod["initContainers"] for i in (0, 1)]
                volumes = [one["name"] for one in pod["volumes"]]
                self.assertEqual(volumes, ["garboard-source", "garboard-connection", "garboard-source-users",
                                           "garboard-connection-users"])
                self.assertEqual(set(mounts), set(volumes))
                self.assertEqual(pod["volumes"][2]["configMap"]["name"], "users-source")

    def test_too_much_for_a_config_map(self):
        shop = charts.workspace().shop
        for path, text, says in (("migrations/big.sql", "-" * 1000001, "do not fit into a ConfigMap"),
                                 ("migrations/sub/20260102000000_orders.sql", "", "two files are named"),
                                 ("migrations/a b.sql", "", "a b.sql can be no key of a ConfigMap")):
            file = shop / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            try:
                self.refuse(shop, {"migrations": {"source": {"files": "migrations/**"}}}, says)
            finally:
                file.unlink()


class Names(unittest.TestCase):
    def names(self, release, **values):
        space = charts.workspace()
        text = space.render(next(iter(charts.HELMS)), space.application, migrations(
            manualJobs={"enabled": True}, **values), release=release)
        return {(one["kind"], one["metadata"]["name"]) for one in objects(text)}

    def test_of_a_release_and_a_chart(self):
        self.assertIn(("Job", "shop-garboard-migrate"), self.names("shop"))
        self.assertIn(("Job", "garboard-migrate"), self.names("garboard-migrate"))
        self.assertIn(("CronJob", "shop-other-manual"), self.names("shop", name="{{ .Release.Name }}-other"))

    def test_long_ones_fit_and_stay_apart(self):
        long = self.names("a" * 52 + "1")
        for kind, name in long:
            self.assertLessEqual(len(name), 52 if kind == "CronJob" else 63)
        self.assertFalse(long & self.names("a" * 52 + "2"))
        for kind, name in self.names("a" * 52 + "1", mode="job"):
            self.assertLessEqual(len(name), 63)

    def test_numbers_stay_texts(self):
        space = charts.workspace()
        for mode in ("hook", "job"):
            text = space.render(next(iter(charts.HELMS)), space.shop, {"migrations": {
                "name": "417", "mode": mode, "manualJobs": {"enabled": True}, "serviceAccount": {"create": True},
                "connection": {"existingSecret": ""}, "seed": {"enabled": True, "args": ["seed", "/s.yaml"]},
                "externalSecret": {"create": True, "storeRef": {"name": "a", "kind": "b"}, "remoteKey": "c"}}},
                "--namespace", "417")
            for one in objects(text):
                if one["kind"] == "Deployment":
                    continue
                found = one["metadata"]
                for value in (found["name"], found["namespace"], *found["labels"].values(),
                              *found.get("annotations", {}).values()):
                    self.assertIsInstance(value, str, f"{one['kind']}: {found}")

    def test_a_plain_job_is_named_after_its_spec(self):
        space = charts.workspace()

        def name(**values):
            text = space.render(next(iter(charts.HELMS)), space.application, migrations(mode="job", **values))
            return named(objects(text), "Job")["metadata"]["name"]
        self.assertEqual(name(), name(annotations={"a": "b"}))
        self.assertEqual(len({name(), name(args=["migrate", "--to", "1"]), name(backoffLimit=1),
                              name(podAnnotations={"a": "b"}), name(image={**charts.IMAGE, "tag": "2"})}), 5)

    def test_changed_files_of_the_chart_make_another_job(self):
        space = charts.workspace()
        file = space.shop / "migrations/20260102000000_orders.sql"
        old = file.read_text(encoding="utf-8")

        def name():
            text = space.render(next(iter(charts.HELMS)), space.shop, {"migrations": {"mode": "job"}})
            return named(objects(text), "Job")["metadata"]["name"]
        first = name()
        try:
            file.write_text(old + "-- changed\n", encoding="utf-8")
            self.assertNotEqual(name(), first)
        finally:
            file.write_text(old, encoding="utf-8")


class Notes(unittest.TestCase):
    def notes(self, values):
        space = charts.workspace()
        text = space.render(next(iter(charts.HELMS)), space.noted, migrations(**values))
        return " ".join(next(one for one in objects(text) if one["kind"] == "Notes")["text"].split())

    def test_say_what_will_happen(self):
        for more, says in (
                ({}, ["the Job shop-prod-garboard-migrate, a Helm hook at pre-install, pre-upgrade with weight -5",
                      "nothing of the application has changed", "logs -l app.kubernetes.io/name=garboard",
                      "all migrations of their image are applied", "helm test shop-prod"]),
                ({"mode": "job"}, ["garboard-migrate-HASH", "--wait-for-jobs"]),
                ({"mode": "initContainer"}, ["garboard.initContainer"]),
                ({"mode": "none"}, ["No migration is run"]),
                ({"enabled": False}, ["switched off"]),
                ({"when": ["post-install"]}, ["WARNING: a post-* hook", "--wait", "disableWait"]),
                ({"gitops": "argo-presync"}, ["a PreSync hook of Argo CD in wave -5"]),
                ({"activeDeadlineSeconds": 900}, ["--timeout 960s"]),
                ({"activeDeadlineSeconds": None}, ["the Job runs on"]),
                ({"serviceAccount": {"name": "app"}}, ["ServiceAccount app must be there before"]),
                ({"rollback": {"to": "7", "confirm": "7"}}, ["taken back to 7", "clear migrations.rollback",
                                                             "when migration 7 is applied"]),
                ({"manualJobs": {"enabled": True}}, ["--from=cronjob/shop-prod-garboard-migrate-status"]),
                ({"seed": {"enabled": True, "args": ["seed", "/a"]}}, ["Job shop-prod-garboard-migrate-seed at post"])):
            with self.subTest(values=more):
                text = self.notes(more)
                for part in says:
                    self.assertIn(part, text)
                if not set(more) & {"when", "activeDeadlineSeconds", "rollback", "serviceAccount"}:
                    self.assertNotIn("WARNING", text)


if __name__ == "__main__":
    unittest.main()
