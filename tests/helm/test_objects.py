# SPDX-License-Identifier: Apache-2.0
"""What the objects say: pods, hooks, names, connections."""

import re
import unittest

import cases
import charts
from charts import named, objects, pod_of, variables
from test_render import rendered, texts

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def case(name, version=charts.NEWEST):
    return objects(texts(version)[name])


def job(name):
    return named(case(name), "Job", "-migrate")


def container(document, name="garboard"):
    pod = pod_of(document)
    return next(one for one in pod.get("initContainers", []) + pod["containers"] if one["name"] == name)


class Pods(unittest.TestCase):
    def ours(self):
        """(case, object, pod, containers that the chart makes) of all that is rendered."""
        for (name, version), by_helm in rendered().items():
            for document in objects(next(iter(by_helm.values()))):
                pod = pod_of(document)
                if pod:
                    containers = (pod.get("initContainers") or []) + pod["containers"]
                    yield (f"{name} {version} {document['kind']}", document, pod,
                           [one for one in containers if one["name"].startswith("garboard")])

    def test_every_pod_is_restricted(self):
        count = 0
        for where, _, pod, containers in self.ours():
            with self.subTest(where=where):
                for key in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertFalse(pod.get(key))
                self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                self.assertEqual(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
                for volume in pod.get("volumes") or []:
                    self.assertLessEqual(set(volume) - {"name"}, VOLUMES)
                for one in containers:
                    count += 1
                    context = one["securityContext"]
                    self.assertIs(context["allowPrivilegeEscalation"], False)
                    self.assertIs(context["runAsNonRoot"], True)
                    self.assertNotEqual(context.get("runAsUser", 65532), 0)
                    self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                    self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
                    self.assertFalse(context.get("privileged"))
                    self.assertIs(context["readOnlyRootFilesystem"], True)
                    self.assertNotIn("ports", one)
                    self.assertEqual(one["terminationMessagePolicy"], "FallbackToLogsOnError")
                    self.assertIn("memory", one["resources"]["limits"])
        self.assertGreater(count, 200)

    def test_jobs_take_no_token_no_account_and_no_restart(self):
        for where, document, pod, _ in self.ours():
            if document["kind"] == "Deployment":
                continue
            with self.subTest(where=where):
                self.assertEqual(pod["restartPolicy"], "Never")
                self.assertIs(pod["enableServiceLinks"], False)
                if not where.startswith(("everything", "argo_sync", "shop_all")):
                    self.assertIs(pod["automountServiceAccountToken"], False)
                    self.assertNotIn("serviceAccountName", pod)

    def test_no_service_of_the_application_selects_a_pod_of_ours(self):
        for where, document, _, _ in self.ours():
            if document["kind"] == "Job":
                labels = document["spec"]["template"]["metadata"]["labels"]
                self.assertEqual(labels["app.kubernetes.io/name"], "garboard", where)

    def test_sidecars_start_first_and_the_wait_comes_before_the_run(self):
        pod = pod_of(job("sidecar"))
        self.assertEqual([(one["name"], one.get("restartPolicy")) for one in pod["initContainers"]],
                         [("proxy", "Always"), ("garboard-wait", None)])
        pod = pod_of(job("everything"))
        self.assertEqual([one["name"] for one in pod["initContainers"]], ["first", "garboard-wait"])
        self.assertEqual([one["name"] for one in pod["containers"]], ["garboard"])

    def test_nulls_remove_a_default(self):
        self.assertLessEqual({"activeDeadlineSeconds", "ttlSecondsAfterFinished"}, set(job("defaults")["spec"]))
        for name in ("kept", "copy_changed"):
            self.assertNotIn("ttlSecondsAfterFinished", job(name)["spec"])
        self.assertNotIn("activeDeadlineSeconds", job("kept")["spec"])
        self.assertNotIn("runAsUser", container(job("own_user"))["securityContext"])

    def test_exit_codes_that_are_tried_again(self):
        def codes(name):
            rules = job(name)["spec"]["podFailurePolicy"]["rules"]
            self.assertEqual(rules[0], {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]})
            self.assertEqual(rules[1]["onExitCodes"]["containerName"], "garboard")
            # a wrong password fails in the container that waits, where there is one: only then may it be named
            names = [each["name"] for each in pod_of(job(name)).get("initContainers", [])]
            waits = [rule for rule in rules[2:] if rule["onExitCodes"]["containerName"] == "garboard-wait"]
            self.assertEqual(waits, rules[2:])
            self.assertEqual(len(waits), names.count("garboard-wait"))
            for rule in waits:
                self.assertEqual({**rule["onExitCodes"], "containerName": "garboard"}, rules[1]["onExitCodes"])
                self.assertEqual(rule["action"], rules[1]["action"])
            return rules[1]["action"], rules[1]["onExitCodes"]["operator"], rules[1]["onExitCodes"]["values"]
        self.assertEqual(codes("defaults"), ("FailJob", "NotIn", [10, 11, 12, 13, 14, 15, 137, 143]))
        self.assertEqual(codes("copy"), codes("defaults"))
        self.assertEqual(codes("copy_changed"), codes("defaults"))
        self.assertEqual(codes("more_retried")[2], [10, 11, 15, 137, 143])
        self.assertEqual(codes("fleet")[0], "FailIndex")
        self.assertNotIn("podFailurePolicy", job("no_policy")["spec"])

    def test_a_fleet_is_an_indexed_job_and_nothing_else_is(self):
        spec = job("fleet")["spec"]
        self.assertEqual((spec["completionMode"], spec["completions"], spec["parallelism"]), ("Indexed", 4, 4))
        self.assertEqual(spec["backoffLimitPerIndex"], 3)
        self.assertNotIn("backoffLimit", spec)
        old = named(case("fleet", "1.26.0"), "Job", "-migrate")["spec"]
        self.assertEqual((old["backoffLimit"], old["podFailurePolicy"]["rules"][1]["action"]), (3, "FailJob"))
        for which in ("garboard", "garboard-wait"):
            given = variables(container(job("fleet"), which))
            self.assertEqual(given["JOB_COMPLETIONS"], "4")
            self.assertEqual(container(job("fleet"), which)["args"][-2:], ["--targets", "/t.yaml"])
        self.assertNotIn("JOB_COMPLETIONS", variables(container(job("defaults"))))
        # without completions, Helm 3 takes a Job for finished as soon as it is there
        self.assertEqual((job("defaults")["spec"]["completions"], named(case("job"), "Job")["spec"]["completions"]), (1, 1))
        for document in case("fleet"):
            if document["kind"] == "CronJob":
                self.assertNotIn("JOB_COMPLETIONS", variables(container(document)))
                spec = document["spec"]["jobTemplate"]["spec"]
                self.assertNotIn("completionMode", spec)
                if not document["metadata"]["name"].endswith("-rollback"):
                    self.assertEqual(spec["podFailurePolicy"]["rules"][1]["action"], "FailJob")

    def test_deadlines_are_in_order(self):
        """wait < activeDeadlineSeconds < helm --timeout, which is 5 minutes"""
        spec = job("defaults")["spec"]
        self.assertEqual(container(job("defaults"), "garboard-wait")["args"], ["wait", "--timeout", "120s"])
        self.assertLess(120 + 150, spec["activeDeadlineSeconds"])
        self.assertLess(spec["activeDeadlineSeconds"], 300)


class Texts(unittest.TestCase):
    def test_each_is_evaluated_by_itself_and_stays_a_text(self):
        given = variables(container(job("texts")))
        self.assertEqual({name: given[name] for name in ("TEXT", "PORT", "TRUTH", "BIG", "FIELD", "EMPTY")}, {
            "TEXT": "pre x #y", "PORT": "5432", "TRUTH": "true", "BIG": "12345678", "EMPTY": "",
            "FIELD": {"fieldRef": {"fieldPath": "metadata.name"}}})
        template = job("texts")["spec"]["template"]["metadata"]
        self.assertEqual((template["annotations"]["b"], template["labels"]["c"]), ("417", "true"))

    def test_annotations_are_of_all_jobs(self):
        jobs = [job("texts")["metadata"], named(case("texts"), "Job", "-seed")["metadata"]]
        jobs += [one["spec"]["jobTemplate"]["metadata"] for one in case("texts") if one["kind"] == "CronJob"]
        self.assertEqual([one["annotations"]["a"] for one in jobs], ["pre: x #y"] * 5)

    def test_a_tag_is_one_of_an_image(self):
        self.assertEqual(container(job("plus"))["image"], "registry.example/migrations:1.0_build")


class Hooks(unittest.TestCase):
    def annotations(self, name, kind="Job", suffix="-migrate"):
        return named(case(name), kind, suffix)["metadata"].get("annotations", {})

    def test_a_helm_hook_has_a_fixed_name_and_stays(self):
        for name in ("defaults", "copy"):
            self.assertEqual(self.annotations(name), {
                "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-5",
                "helm.sh/hook-delete-policy": "before-hook-creation", "helm.sh/hook-output-log-policy": "hook-failed"})
        self.assertEqual(self.annotations("post")["helm.sh/hook"], "post-install,post-upgrade")
        self.assertEqual(self.annotations("copy_changed")["helm.sh/hook-weight"], "0")

    def test_only_one_family_of_annotations(self):
        for name, text in texts().items():
            families = set(re.findall(r"(helm\.sh/hook|argocd\.argoproj\.io)", text))
            self.assertLessEqual(len(families), 1, name)

    def test_argo_cd(self):
        self.assertEqual(self.annotations("argo_presync"), {
            "argocd.argoproj.io/hook": "PreSync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            "argocd.argoproj.io/sync-wave": "-5"})
        self.assertEqual(self.annotations("argo_presync", suffix="-seed")["argocd.argoproj.io/hook"], "PostSync")
        self.assertEqual(self.annotations("argo_sync")["argocd.argoproj.io/hook"], "Sync")
        secret = self.annotations("argo_sync", "ExternalSecret", "-hook-db")
        self.assertEqual(secret["argocd.argoproj.io/sync-wave"], "-10")
        plain = [one for one in case("argo_job") if one["kind"] == "Job"][0]
        self.assertEqual(plain["metadata"]["annotations"], {"argocd.argoproj.io/sync-wave": "-5"})

    def test_what_the_job_needs_comes_before_it_and_is_its_own(self):
        for kind, suffix in (("ServiceAccount", "migrator"), ("ExternalSecret", "-hook-db")):
            annotations = self.annotations("everything", kind, suffix)
            self.assertEqual(annotations["helm.sh/hook"], "pre-install,pre-upgrade")
            # what later pods need is not deleted with the Job
            self.assertEqual(annotations["helm.sh/hook-delete-policy"], "before-hook-creation")
            self.assertEqual(self.annotations("everything")["helm.sh/hook-delete-policy"],
                             "before-hook-creation,hook-succeeded")
            self.assertLess(int(annotations["helm.sh/hook-weight"]), -7)
        self.assertEqual(self.annotations("shop", "ConfigMap", "-hook-source")["helm.sh/hook-weight"], "-10")
        self.assertEqual(self.annotations("shop", "ConfigMap", "-migrate-source"), {})
        deployment = named(case("shop"), "Deployment")
        for document, name in ((job("shop"), "shop-prod-migrate-hook-source"), (deployment, "shop-prod-migrate-source")):
            self.assertEqual(pod_of(document)["volumes"][0]["configMap"]["name"], name)

    def test_only_the_hooks_read_the_secret_of_the_hook(self):
        documents = case("shop_all_hook")
        self.assertEqual(self.annotations("shop_all_hook", "ExternalSecret", "migrate-db"), {})
        for document, which, name in (
                (job("shop_all_hook"), "garboard-wait", "-hook-db"), (job("shop_all_hook"), "garboard", "-hook-db"),
                (named(documents, "Job", "-seed"), "garboard-wait", "-hook-db"),
                (named(documents, "Job", "-seed"), "garboard", "-hook-db"),
                (named(documents, "Deployment"), "garboard-gate", "-db"),
                (named(documents, "CronJob", "-status"), "garboard", "-db"),
                (named(documents, "Pod", "-test"), "garboard", "-db")):
            secret = variables(container(document, which))["DATABASE_URL"]["secretKeyRef"]["name"]
            self.assertEqual(secret, "shop-prod-migrate" + name)
            self.assertEqual(named(documents, "ExternalSecret", "migrate" + name)["spec"]["target"]["name"], secret)
        self.assertEqual(len([one for one in case("shop_all_job") if one["kind"] == "ExternalSecret"]), 1)

    def test_a_mode_can_be_changed(self):
        """Helm takes no object into a release that a hook of an earlier mode has left behind."""
        hooks, others = set(), set()
        for name in ("shop", "shop_job", "shop_init", "shop_all_hook", "shop_all_job"):
            for one in case(name):
                is_hook = "helm.sh/hook" in one["metadata"].get("annotations", {})
                (hooks if is_hook else others).add((one["kind"], one["metadata"]["name"]))
        self.assertEqual(len([kind for kind, _ in hooks if kind in ("ServiceAccount", "ExternalSecret")]), 2)
        self.assertFalse(hooks & others)

    def test_the_seed_waits_for_the_schema(self):
        seed = named(case("seed"), "Job", "-seed")
        self.assertEqual(seed["metadata"]["annotations"]["helm.sh/hook"], "post-install")
        self.assertEqual(container(seed, "garboard-wait")["args"], ["wait", "--applied", "all", "--timeout", "120s"])
        self.assertEqual(variables(container(seed))["GARBOARD_SEED_ENVIRONMENT"], "production")
        self.assertNotIn("GARBOARD_SEED_ENVIRONMENT", variables(container(job("seed"))))
        options = variables(container(named(case("seed_options"), "Job", "-seed")))
        self.assertEqual(options["GARBOARD_SEED_ENVIRONMENT"], "production")
        self.assertEqual(len([one for one in case("rollback") if one["kind"] == "Job"]), 1)

    def test_manual_jobs_are_suspended_and_the_rollback_is_the_one_that_is_asked_for(self):
        arguments = {}
        for document in case("rollback"):
            if document["kind"] == "CronJob":
                self.assertIs(document["spec"]["suspend"], True)
                arguments[document["metadata"]["name"].rpartition("-")[2]] = container(document)["args"]
        self.assertEqual(arguments, {"manual": ["migrate"], "status": ["status"],
                                     "rollback": ["rollback", "--to", "20260101"]})
        self.assertEqual(container(job("rollback"))["args"], ["rollback", "--to", "20260101"])
        self.assertFalse([one for one in case("rollback") if one["kind"] == "Pod"])

    def test_no_pod_follows_one_whose_rollback_counts_from_what_is_applied(self):
        for name, limit in (("fleet", 0), ("rollback", 3)):
            spec = named(case(name), "CronJob", "-rollback")["spec"]["jobTemplate"]["spec"]
            self.assertEqual(spec["backoffLimit"], limit)
            self.assertEqual("podFailurePolicy" in spec, limit != 0)
        manual = named(case("fleet"), "CronJob", "-manual")["spec"]["jobTemplate"]["spec"]
        self.assertGreater(manual["backoffLimit"], 0)

    def test_who_waits_or_looks_does_so_for_what_the_job_selects(self):
        selected = cases.SELECTED[1:]
        common = selected[5:]
        for mode in ("hook", "job"):
            documents = case(f"shop_selected_{mode}")
            seed, test = named(documents, "Job", "-seed"), named(documents, "Pod", "-test")
            for document, which, wanted in (
                    (named(documents, "Deployment"), "garboard-gate", ["wait", "--applied", "all", "--timeout", "300s"]),
                    (seed, "garboard-wait", ["wait", "--applied", "all", "--timeout", "120s"]),
                    (test, "garboard", ["status", "--exit-code"]),
                    (named(documents, "CronJob", "-status"), "garboard", ["status"])):
                self.assertEqual(container(document, which)["args"], wanted + selected)
                self.assertFalse({"GARBOARD_DIR", "GARBOARD_PLAN"} & set(variables(container(document, which))))
            self.assertEqual(container(named(documents, "CronJob", "-rollback"))["args"], ["rollback"] + common)
            self.assertEqual(container(seed)["args"], ["seed", "/s.yaml"])

    def test_helm_test_asks_for_the_status(self):
        pod = named(case("defaults"), "Pod", "-test")
        self.assertEqual(container(pod)["args"], ["status", "--exit-code"])
        self.assertEqual(pod["metadata"]["annotations"], {"helm.sh/hook": "test",
                                                          "helm.sh/hook-delete-policy": "before-hook-creation"})
        self.assertFalse([one for one in case("argo_presync") if one["kind"] == "Pod"])

    def test_who_migrates_in_each_mode(self):
        def init(name):
            pod = pod_of(named(case(name), "Deployment"))
            return [(one["name"], one["args"][0]) for one in pod["initContainers"] or []]
        jobs = {name: [one["kind"] for one in case(name)].count("Job") for name in
                ("shop", "shop_job", "shop_init", "shop_no_gate", "none")}
        self.assertEqual(jobs, {"shop": 1, "shop_job": 1, "shop_init": 0, "shop_no_gate": 1, "none": 0})
        self.assertEqual(init("shop"), [("garboard-gate", "wait")])
        self.assertEqual(init("shop_job"), [("garboard-gate", "wait")])
        self.assertEqual(init("shop_init"), [("garboard-wait", "wait"), ("garboard", "migrate")])
        self.assertEqual(init("shop_no_gate") + init("shop_disabled"), [])
        gate = container(named(case("shop_gate"), "Deployment"), "garboard-gate")
        self.assertEqual(gate["args"], ["wait", "--applied", "20260101000000", "--timeout", "300s"])

    def test_a_pod_that_migrates_is_a_new_one_when_the_files_are(self):
        def annotations(name):
            return named(case(name), "Deployment")["spec"]["template"]["metadata"].get("annotations") or {}
        self.assertRegex(annotations("shop_init_files")["garboard/source"], "^[0-9a-f]{16}$")
        self.assertEqual(annotations("shop"), {})
        self.assertEqual(annotations("shop_init"), {})


class Connections(unittest.TestCase):
    def of(self, name, which="garboard"):
        return variables(container(job(name), which))

    def test_the_url_comes_from_the_secret(self):
        for name in ("copy", "seed"):
            wanted = {"secretKeyRef": {"name": "shop-db", "key": "DATABASE_URL"}} if name == "copy" else None
            self.assertEqual(self.of(name).get("DATABASE_URL"), wanted)
        fields = self.of("fields")
        self.assertEqual(fields["DB_PASSWORD"], {"secretKeyRef": {"name": "shop-db", "key": "password"}})
        self.assertEqual(fields["DB_HOST"], "db.default.svc")
        self.assertNotIn("DATABASE_URL", fields)
        self.assertEqual(self.of("variable")["GARBOARD_URL_ENV"], "SHOP_URL")

    def test_or_from_a_file_of_it(self):
        document = job("mounted")
        self.assertEqual(self.of("mounted")["DATABASE_URL_FILE"], "/run/secrets/garboard/DATABASE_URL")
        self.assertNotIn("DATABASE_URL", self.of("mounted"))
        self.assertEqual(pod_of(document)["volumes"], [{"name": "garboard-connection", "secret": {
            "secretName": "shop-db"}}])
        for which in ("garboard", "garboard-wait"):
            self.assertEqual(container(document, which)["volumeMounts"][0]["mountPath"], "/run/secrets/garboard")

    def test_the_gate_reads_with_a_role_of_its_own(self):
        pod = pod_of(named(case("shop_gate"), "Deployment"))
        self.assertIn({"name": "garboard-connection", "secret": {"secretName": "shop-reader"}}, pod["volumes"])
        pod = pod_of(named(case("shop_init"), "Deployment"))
        self.assertEqual(pod["volumes"], [{"name": "garboard-connection", "secret": {"secretName": "shop-db"}}])

    def test_what_the_application_has_is_inherited_and_may_be_missing(self):
        def secrets(name, which="garboard"):
            entries = container(job(name), which)["envFrom"]
            self.assertEqual(entries[0], {"configMapRef": {"name": "shop-prod-env", "optional": True}})
            return [(one["secretRef"]["name"], one["secretRef"]["optional"]) for one in entries[1:]]
        for name in ("copy", "job_secret", "fields", "named_by_env", "fleet"):
            self.assertEqual(secrets(name), [("shop-prod-secrets", True)], name)
        # the pod waits for it where nothing else says which database it is
        for which in ("garboard", "garboard-wait"):
            self.assertEqual(secrets("defaults", which), [("shop-prod-secrets", False)])
        self.assertEqual(secrets("two_secrets"), [("a", True), ("b", True)])
        self.assertEqual(secrets("explicit_secret"), [("a", True)])
        self.assertEqual(container(job("everything"))["envFrom"], [
            {"secretRef": {"name": "a", "optional": True}},
            {"secretRef": {"name": "shop-prod-b", "optional": False}}])

    def test_no_secret_is_in_a_manifest(self):
        for name, text in texts().items():
            self.assertNotIn("://", text, name)
            self.assertFalse([one for one in objects(text) if one["kind"] == "Secret"], name)

    def test_where_the_migrations_are(self):
        self.assertEqual(self.of("defaults")["GARBOARD_DIR"], "/migrations")
        self.assertEqual(self.of("plan")["GARBOARD_PLAN"], "/plans/all.yaml")
        self.assertFalse({"GARBOARD_DIR", "GARBOARD_PLAN"} & set(self.of("own_plan")))
        self.assertEqual(pod_of(job("config_map"))["volumes"],
                         [{"name": "garboard-source", "configMap": {"name": "shop-prod-sql"}}])
        data = named(case("shop"), "ConfigMap", "-hook-source")["data"]
        for path in (charts.PROJECT / "examples/helm/shop/migrations").iterdir():
            self.assertEqual(data[path.name].rstrip(), path.read_text(encoding="utf-8").rstrip())

    def test_the_retry_policy_and_the_environment_reach_the_run(self):
        wanted = {"GARBOARD_RETRY_FOR": "150s", "GARBOARD_RETRY_INITIAL": "1s", "GARBOARD_RETRY_FACTOR": "2",
                  "GARBOARD_RETRY_MAX": "30s", "GARBOARD_RETRY_JITTER": "0.2", "GARBOARD_ENVIRONMENT": "production",
                  "GARBOARD_LOCK_WAIT": "150s"}
        self.assertLessEqual(wanted.items(), self.of("defaults").items())
        self.assertFalse(set(wanted) & set(self.of("defaults", "garboard-wait")))
        self.assertEqual(self.of("hostile")["GARBOARD_ENVIRONMENT"], 'a"b\n: {{ .Chart.Name }}')
        self.assertEqual(container(job("hostile"))["args"][2], "A={{ x }}: 'y'")

    def test_a_variable_of_the_user_stands_in_for_ours(self):
        for name in texts():
            for document in case(name):
                pod = pod_of(document) or {"containers": []}
                for one in (pod.get("initContainers") or []) + pod["containers"]:
                    entries = [entry["name"] for entry in one.get("env") or []]
                    self.assertEqual(len(entries), len(set(entries)), f"{name}: {entries}")
        self.assertEqual((self.of("own_url")["DB_HOST"], self.of("own_file")["DATABASE_URL_FILE"]), ("db", "/vault/url"))
        entries = [one for one in container(job("everything"))["env"] if one["name"] == "GARBOARD_LOCK_WAIT"]
        self.assertEqual(entries, [{"name": "GARBOARD_LOCK_WAIT", "value": "10s"}])


if __name__ == "__main__":
    unittest.main()
