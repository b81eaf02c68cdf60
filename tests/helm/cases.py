# SPDX-License-Identifier: Apache-2.0
"""Values that the charts are rendered with: by name, the chart they are for, and the values."""

from charts import IMAGE, migrations

PROXY = {"name": "proxy", "image": "registry.example/proxy:1"}
SECRET = {"existingSecret": "shop-db"}
SELECTED = ["migrate", "--phase", "pre-deploy", "--to", "3", "--tags=a", "--app=shop", "--schema", "s", "--table=t",
            "--dir", "/a", "-d", "/b", "--plan=/c.yaml", "-p", "/d.yaml", "--format", "flyway", "--set", "A=b"]

APPLICATION = {
    "defaults": migrations(),
    "disabled": migrations(enabled=False),
    "job": migrations(mode="job", connection=SECRET),
    "init": migrations(mode="initContainer"),
    "none": migrations(mode="none", manualJobs={"enabled": True}),
    "post": migrations(when=["post-install", "post-upgrade"], weight=5),
    "argo_presync": migrations(gitops="argo-presync", seed={"enabled": True, "args": ["seed", "/s.yaml"]}),
    "argo_sync": migrations(
        gitops="argo-sync", connection={"keys": {"url": "url"}}, serviceAccount={"create": True},
        externalSecret={"create": True, "storeRef": {"name": "vault", "kind": "SecretStore"}, "remoteKey": "db"}),
    "argo_job": migrations(mode="job", gitops="argo-sync"),
    "rollback": migrations(rollback={"to": "20260101", "confirm": "20260101"}, manualJobs={"enabled": True},
                           seed={"enabled": True, "args": ["seed", "/s.yaml"]}),
    "mounted": migrations(connection={**SECRET, "mountAsFile": True}),
    "fields": migrations(connection={**SECRET, "keys": {"url": "", "user": "username", "password": "password"}},
                         env=[{"name": "DB_HOST", "value": "db.{{ .Release.Namespace }}.svc"}]),
    "own_url": migrations(connection={**SECRET, "keys": {"url": "", "host": "h", "user": "u"}},
                          env=[{"name": "DB_HOST", "value": "db"}]),
    "own_file": migrations(connection={**SECRET, "mountAsFile": True}, env=[
        {"name": "DATABASE_URL_FILE", "value": "/vault/url"}]),
    "two_secrets": migrations(envFrom={"secrets": ["a", "b"]}),
    "explicit_secret": migrations(envFrom={"secrets": [{"name": "a", "optional": True}]}),
    "named_by_env": migrations(env=[{"name": "DB_HOST", "value": "db"}]),
    "job_secret": migrations(connection=SECRET),
    "variable": migrations(connection={"keys": {"url": "SHOP_URL"}}),
    "plan": migrations(source={"path": "/plans/all.yaml"}),
    "own_plan": migrations(args=["migrate", "--plan", "/a.yaml"]),
    "config_map": migrations(source={"type": "configMap", "configMap": "{{ .Release.Name }}-sql"}),
    "kept": migrations(ttlSecondsAfterFinished=None, activeDeadlineSeconds=None),
    "own_user": migrations(securityContext={"runAsUser": None, "runAsGroup": None}),
    "seed": migrations(seed={"enabled": True, "args": ["seed", "/migrations/seeds/demo.yaml"]}),
    "seed_options": migrations(seed={"enabled": True, "args": ["--log-level", "debug", "seed", "/s.yaml"]}),
    "texts": migrations(
        manualJobs={"enabled": True}, seed={"enabled": True, "args": ["seed", "/s.yaml"]},
        env=[{"name": "TEXT", "value": 'pre {{ "x #y" }}'}, {"name": "PORT", "value": 5432},
             {"name": "TRUTH", "value": True}, {"name": "BIG", "value": 12345678}, {"name": "FIELD", "valueFrom": {"fieldRef": {
                 "fieldPath": "{{ .Values.none | default \"metadata.name\" }}"}}}, {"name": "EMPTY", "value": ""}],
        annotations={"a": 'pre: {{ "x #y" }}'}, podAnnotations={"b": '{{ "417" }}'}, podLabels={"c": '{{ "true" }}'}),
    "plus": migrations(image={**IMAGE, "tag": "1.0+build"}),
    "switched_on": {"enabled": True, **migrations()},
    "no_policy": migrations(podFailurePolicy={"enabled": False}),
    "more_retried": migrations(podFailurePolicy={"retryable": [15, 10, 11]}),
    "hostile": migrations(environment='a"b\n: {{ .Chart.Name }}', args=["migrate", "--set", "A={{ x }}: 'y'"]),
    "everything": migrations(
        weight=-7, when=["pre-upgrade"], hookDeletePolicy="before-hook-creation,hook-succeeded",
        image={"repository": "{{ .Release.Name }}/m", "digest": "sha256:" + "0" * 64, "pullPolicy": "Always",
               "pullSecrets": ["one", {"name": "two"}]},
        command=["/usr/bin/garboard"], args=["--log-level", "debug", "migrate"], environment="staging",
        env=[{"name": "GARBOARD_LOCK_WAIT", "value": "10s"}], envFrom={"configMaps": [], "secrets": [
            "a", {"name": "{{ .Release.Name }}-b"}]},
        serviceAccount={"create": True, "name": "migrator", "automountToken": True},
        externalSecret={"create": True, "storeRef": {"name": "vault", "kind": "ClusterSecretStore"},
                        "remoteKey": "db/{{ .Release.Name }}", "property": "url"},
        waitForDb={"timeout": "1m30s"}, retryPolicy={"maxElapsed": "2m"}, backoffLimit=0,
        activeDeadlineSeconds=600, ttlSecondsAfterFinished=3600, initContainers=[
            {"name": "first", "image": "registry.example/first:1"}],
        gate={"atLeast": "20260101"}, manualJobs={"enabled": True},
        seed={"enabled": True, "args": ["seed", "/s.yaml"], "when": ["post-install", "post-upgrade"]},
        annotations={"team": "{{ .Release.Name }}"}, podAnnotations={"a": "b"},
        podLabels={"sidecar.istio.io/inject": "false"}, volumes=[{"name": "tmp", "emptyDir": {}}],
        volumeMounts=[{"name": "tmp", "mountPath": "/tmp"}],
        hostAliases=[{"ip": "10.0.0.1", "hostnames": ["db"]}], nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[{"operator": "Exists"}], affinity={"nodeAffinity": {}}, priorityClassName="high"),
}

# what older servers do not have: not rendered for them, but refused
NEWER = {
    "sidecar": ("1.29.0", migrations(sidecars=[PROXY], seed={"enabled": True, "args": ["seed", "/s.yaml"]})),
    "fleet": ("1.24.0", migrations(parallelism=4, args=["migrate", "--targets", "/t.yaml"], manualJobs={
        "enabled": True})),
    "policy": ("1.26.0", migrations(podFailurePolicy={"enabled": True})),
}

SHOP = {
    "shop": {},
    "shop_job": {"migrations": {"mode": "job"}},
    "shop_init": {"migrations": {"mode": "initContainer", "source": {"type": "image", "files": ""},
                                 "connection": {"mountAsFile": True}}},
    "shop_init_files": {"migrations": {"mode": "initContainer"}},
    "shop_gate": {"migrations": {"gate": {"atLeast": "20260101000000", "existingSecret": "shop-reader"},
                                 "connection": {"mountAsFile": True}}},
    "shop_no_gate": {"migrations": {"gate": {"enabled": False}, "statusTest": False}},
    **{f"shop_all_{mode}": {"migrations": {
        "mode": mode, "serviceAccount": {"create": True}, "manualJobs": {"enabled": True},
        "seed": {"enabled": True, "args": ["seed", "/s.yaml"]}, "connection": {"existingSecret": ""}, "externalSecret": {
            "create": True, "storeRef": {"name": "vault", "kind": "SecretStore"}, "remoteKey": "db"}}}
       for mode in ("hook", "job")},
    **{f"shop_selected_{mode}": {"migrations": {
        "mode": mode, "args": SELECTED + ["--lock-retries", "2"], "manualJobs": {"enabled": True},
        "seed": {"enabled": True, "args": ["seed", "/s.yaml"]}}} for mode in ("hook", "job")},
    "shop_disabled": {"migrations": {"enabled": False}},
}

TINY = {
    "copy": {"migrations": {"image": "registry.example/migrations:1", "existingSecret": "shop-db"}},
    "copy_changed": {"migrations": {
        "image": "registry.example/migrations:1", "when": ["post-install"], "weight": 0, "backoffLimit": 0,
        "ttlSecondsAfterFinished": None, "waitForDb": {"enabled": False}, "podLabels": {"a": "b"},
        "env": [{"name": "DB_HOST", "value": "db"}], "tolerations": [{"operator": "Exists"}]}},
    "copy_disabled": {"migrations": {"enabled": False}},
}

GOLDEN = ("defaults", "job", "argo_presync", "argo_sync", "rollback", "fleet", "sidecar", "everything", "shop",
          "shop_init", "shop_gate", "copy")

EVERY_VERSION = ("defaults", "rollback", "everything", "shop", "copy", *NEWER)

# what is refused: the values, what the message says, and for which server
REFUSED = (
    (migrations(modee="hook"), "modee"),
    (migrations(gate={"tiemout": "3s"}), "tiemout"),
    (migrations(mode="hok"), "mode.*(hook|one of)"),
    (migrations(backoffLimit="3"), "backoffLimit"),
    (migrations(waitForDb={"timeout": "2 minutes"}), "waitForDb"),
    (migrations(image={"repository": "a", "digest": "sha256:12"}), "digest"),
    (migrations(hookDeletePolicy="hook-failed"), "hookDeletePolicy"),
    (migrations(when=[]), "when"),
    (migrations(ttlSecondsAfterFinished=0), "ttlSecondsAfterFinished"),
    ({"migrations": {}}, "image.repository is empty"),
    ({**migrations(), "garboard": {"mode": "job"}}, "garboard"),
    (migrations(activeDeadlineSeconds=120), "activeDeadlineSeconds is 120, which is not above"),
    (migrations(waitForDb={"timeout": "5m"}), r"waitForDb.timeout \(5m\)"),
    (migrations(retryPolicy={"maxElapsed": "280s"}), "not above migrations.retryPolicy.maxElapsed"),
    (migrations(gitops="argo-presync", when=["post-install"]), "when has post-"),
    (migrations(gitops="argo-sync", when=["pre-install", "post-upgrade"]), "when has post-"),
    (migrations(gitops="argo-presync", mode="job"), "argo-presync is a hook"),
    (migrations(annotations={"argocd.argoproj.io/hook": "PreSync"}), "only one family"),
    (migrations(podAnnotations={"helm.sh/hook": "test"}), "only one family"),
    (migrations(rollback={"to": "1"}), "rollback.confirm"),
    (migrations(rollback={"to": "1", "confirm": "2"}), "rollback.confirm"),
    (migrations(mode="initContainer", rollback={"to": "1", "confirm": "1"}), "needs mode: hook or job"),
    (migrations(seed={"enabled": True}), "names no seed file"),
    (migrations(seed={"enabled": True, "args": ["seed", "a"], "when": ["pre-install"], "weight": -6}),
     "before the migrations"),
    (migrations(when=["post-install"], seed={"enabled": True, "args": ["seed", "a"], "when": ["pre-install"]}),
     "before the migrations"),
    *((migrations(mode=mode, seed={"enabled": True, "args": ["seed", "a"], "when": ["pre-upgrade"]}),
       f"with mode: {mode} the migrations run after that") for mode in ("job", "initContainer")),
    (migrations(source={"type": "configMap"}), "set either source.configMap"),
    (migrations(source={"type": "configMap", "configMap": "a", "files": "b"}), "set either source.configMap"),
    (migrations(source={"configMap": "a"}), "need source.type: configMap"),
    (migrations(source={"type": "configMap", "files": "none/*"}), "no file of the chart matches none"),
    (migrations(externalSecret={"create": True}), "needs storeRef"),
    (migrations(connection=SECRET, externalSecret={"create": True}), "use one of them"),
    (migrations(connection={"mountAsFile": True}), "mountAsFile needs"),
    (migrations(connection={"keys": {"user": "u"}}), "both url and user"),
    (migrations(connection={"keys": {"url": "", "user": "u"}}), "keys.user is the key of a Secret, and there is none"),
    (migrations(name='{{ repeat 44 "a" }}'), "which has 44 characters"),
    (migrations(podLabels={"app.kubernetes.io/name": "shop"}), "podLabels has app.kubernetes.io/name"),
    (migrations(parallelism=2), "--targets"),
)
REFUSED_BY_OLD = (
    ("sidecar", "sidecars need Kubernetes 1.29"),
    ("fleet", "needs Kubernetes 1.24"),
    ("policy", "needs Kubernetes 1.26"),
)
