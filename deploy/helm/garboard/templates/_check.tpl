{{/* Refuses values that cannot work together, with what to do instead. */}}
{{- define "garboard.check" -}}
{{- include "garboard.checkChoices" . -}}
{{- include "garboard.checkTimes" . -}}
{{- include "garboard.checkHooks" . -}}
{{- include "garboard.checkSources" . -}}
{{- include "garboard.checkCluster" . -}}
{{- end -}}

{{- define "garboard.checkChoices" -}}
{{- $v := .v -}}
{{- if gt (len .name) 43 -}}
{{- fail (printf "migrations.name is %s, which has %d characters; 43 are left beside what is added to it" .name (len .name)) -}}
{{- end -}}
{{- range $path, $choice := dict
  "mode" (dict "is" $v.mode "of" (list "hook" "job" "initContainer" "none"))
  "gitops" (dict "is" $v.gitops "of" (list "helm" "argo-presync" "argo-sync"))
  "source.type" (dict "is" $v.source.type "of" (list "image" "configMap"))
  "podFailurePolicy.enabled" (dict "is" (toString $v.podFailurePolicy.enabled) "of" (list "auto" "true" "false"))
  "hookDeletePolicy" (dict "is" $v.hookDeletePolicy "of" (list "before-hook-creation" "before-hook-creation,hook-succeeded")) -}}
{{- if not (has $choice.is $choice.of) -}}
{{- fail (printf "migrations.%s is %v; it is one of: %s" $path $choice.is (join ", " $choice.of)) -}}
{{- end -}}
{{- end -}}
{{- range $path, $events := dict "when" $v.when "seed.when" $v.seed.when -}}
{{- if not $events -}}
{{- fail (printf "migrations.%s is empty; name at least one event, or set enabled: false" $path) -}}
{{- end -}}
{{- range $events -}}
{{- if not (has . (list "pre-install" "pre-upgrade" "post-install" "post-upgrade")) -}}
{{- fail (printf "migrations.%s has %v; the events are: pre-install, pre-upgrade, post-install, post-upgrade" $path .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "garboard.checkTimes" -}}
{{- $v := .v -}}
{{- if not (kindIs "invalid" $v.activeDeadlineSeconds) -}}
{{- $deadline := int64 $v.activeDeadlineSeconds -}}
{{- range $path, $time := dict "waitForDb.timeout" (ternary $v.waitForDb.timeout "0s" $v.waitForDb.enabled) "retryPolicy.maxElapsed" $v.retryPolicy.maxElapsed -}}
{{- if ge (include "garboard.seconds" $time | int64) $deadline -}}
{{- fail (printf "migrations.activeDeadlineSeconds is %d, which is not above migrations.%s (%v): the Job would be killed before it can say what is wrong; raise the deadline, and helm --timeout above it, or lower the other" $deadline $path $time) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "garboard.checkHooks" -}}
{{- $v := .v -}}
{{- $isArgo := ne $v.gitops "helm" -}}
{{- $hasPost := or (has "post-install" $v.when) (has "post-upgrade" $v.when) -}}
{{- if and $isArgo (eq $v.mode "hook") $hasPost -}}
{{- fail (printf "migrations.when has post-*, but gitops: %s runs before the application is synced; use pre-install and pre-upgrade, or gitops: helm, where Argo CD turns post-* into PostSync" $v.gitops) -}}
{{- end -}}
{{- if and (eq $v.gitops "argo-presync") (ne $v.mode "hook") -}}
{{- fail (printf "migrations.gitops: argo-presync is a hook of Argo CD, and mode is %s; set mode: hook, or gitops: helm" $v.mode) -}}
{{- end -}}
{{- range $annotations := list $v.annotations $v.podAnnotations -}}
{{- range $key, $value := $annotations -}}
{{- if regexMatch "^(helm\\.sh/hook|argocd\\.argoproj\\.io/(hook|sync-wave))" $key -}}
{{- fail (printf "migrations.annotations has %s: Helm and Argo CD each ignore or repeat the hooks of the other, so only one family may be there; use mode, when, weight and gitops instead" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $v.podLabels -}}
{{- if hasKey (include "garboard.podLabels" (dict "s" $ "component" "") | fromYaml) $key -}}
{{- fail (printf "migrations.podLabels has %s, which the chart itself sets, so that no Service of the application finds these pods; leave it out" $key) -}}
{{- end -}}
{{- end -}}
{{- if $v.rollback.to -}}
{{- if ne $v.rollback.to $v.rollback.confirm -}}
{{- fail (printf "migrations.rollback.to is %s: set migrations.rollback.confirm to the same id, since what was applied after it will be undone" $v.rollback.to) -}}
{{- end -}}
{{- if not (has $v.mode (list "hook" "job")) -}}
{{- fail (printf "migrations.rollback.to needs mode: hook or job, and mode is %s" $v.mode) -}}
{{- end -}}
{{- end -}}
{{- if and $v.seed.enabled (not $isArgo) -}}
{{- range $event := $v.seed.when -}}
{{- if and (hasPrefix "pre-" $event) (has $v.mode (list "job" "initContainer")) -}}
{{- fail (printf "migrations.seed would run at %s, and with mode: %s the migrations run after that; use post-install or post-upgrade" $event $v.mode) -}}
{{- end -}}
{{- $isEarly := and (hasPrefix "pre-" $event) (not (has $event $v.when)) -}}
{{- if and (eq $v.mode "hook") (or $isEarly (and (has $event $v.when) (le (int64 $v.seed.weight) (int64 $v.weight)))) -}}
{{- fail (printf "migrations.seed would run at %s before the migrations do; use post-install or post-upgrade, or a seed.weight above weight" $event) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "garboard.checkSources" -}}
{{- $v := .v -}}
{{- $isConfigMap := eq $v.source.type "configMap" -}}
{{- if and $isConfigMap (eq (empty $v.source.configMap) (empty $v.source.files)) -}}
{{- fail "migrations.source.type is configMap: set either source.configMap, the name of one that is there, or source.files, as in migrations/*" -}}
{{- end -}}
{{- if and (not $isConfigMap) (or $v.source.configMap $v.source.files) -}}
{{- fail "migrations.source.configMap and source.files need source.type: configMap" -}}
{{- end -}}
{{- if and $v.seed.enabled (le (len $v.seed.args) 1) -}}
{{- fail (printf "migrations.seed.args names no seed file; as in [seed, %s/seeds/demo.yaml]" $v.source.path) -}}
{{- end -}}
{{- $external := $v.externalSecret -}}
{{- if $external.create -}}
{{- if $v.connection.existingSecret -}}
{{- fail "migrations.externalSecret.create makes the Secret that connection.existingSecret names already; use one of them" -}}
{{- end -}}
{{- if not (and $external.remoteKey $external.storeRef.name $external.storeRef.kind) -}}
{{- fail "migrations.externalSecret.create needs storeRef: {name, kind} and remoteKey" -}}
{{- end -}}
{{- end -}}
{{- if and $v.connection.mountAsFile (not (or $external.create $v.connection.existingSecret)) -}}
{{- fail "migrations.connection.mountAsFile needs connection.existingSecret or externalSecret.create" -}}
{{- end -}}
{{- if not (or $external.create $v.connection.existingSecret $v.gate.existingSecret) -}}
{{- range $field, $key := omit $v.connection.keys "url" -}}
{{- if and $key (not $v.connection.keys.url) -}}
{{- fail (printf "migrations.connection.keys.%s is the key of a Secret, and there is none; set connection.existingSecret or externalSecret.create, or give the variables in env" $field) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.connection.keys.url (gt (len $v.connection.keys) 1) -}}
{{- range $field, $key := omit $v.connection.keys "url" -}}
{{- if $key -}}
{{- fail (printf "migrations.connection.keys has both url and %s; set keys.url to \"\" to build the connection from fields" $field) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "garboard.checkCluster" -}}
{{- $v := .v -}}
{{- if and $v.sidecars (not (semverCompare ">=1.29-0" .kube)) -}}
{{- fail (printf "migrations.sidecars need Kubernetes 1.29, and this is %s: an older one has no native sidecars, and the Job would never end; let the proxy run outside of the Job" .kube) -}}
{{- end -}}
{{- if and (eq (toString $v.podFailurePolicy.enabled) "true") (not (semverCompare ">=1.26-0" .kube)) -}}
{{- fail (printf "migrations.podFailurePolicy.enabled is true, which needs Kubernetes 1.26, and this is %s; auto leaves it out there" .kube) -}}
{{- end -}}
{{- if gt (int $v.parallelism) 1 -}}
{{- if not (semverCompare ">=1.24-0" .kube) -}}
{{- fail (printf "migrations.parallelism above 1 needs Kubernetes 1.24 for Indexed Jobs, and this is %s; set it to 1" .kube) -}}
{{- end -}}
{{- $targets := regexMatch "\"--targets[=\"]" (toJson $v.args) -}}
{{- range $v.env -}}{{- if eq .name "GARBOARD_TARGETS" -}}{{- $targets = true -}}{{- end -}}{{- end -}}
{{- if not $targets -}}
{{- fail "migrations.parallelism above 1 is for many databases; add --targets FILE to args, or set parallelism to 1" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Refuses a second Job of one name, which would replace the first: the chart's context remembers the names. */}}
{{- define "garboard.checkName" -}}
{{- $names := .context.garboardNames | default list -}}
{{- if has .name $names -}}
{{- fail (printf "two Jobs of this chart are named %s; give each database's values a name of their own, as in name: \"{{ .Release.Name }}-users\"" .name) -}}
{{- end -}}
{{- $_ := set .context "garboardNames" (append $names .name) -}}
{{- end -}}
