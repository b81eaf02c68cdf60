{{/* Public: what will happen, and how to look at it, for NOTES.txt. */}}
{{- define "garboard.notes" -}}
{{- include "garboard.prepare" . -}}
{{- $v := .v -}}
{{- $namespace := .context.Release.Namespace -}}
{{- if not $v.enabled -}}
Migrations are switched off (migrations.enabled is false).
{{- else -}}
{{ include "garboard.notesMode" . }}
{{- if has $v.mode (list "hook" "job") }}

  kubectl -n {{ $namespace }} get jobs -l app.kubernetes.io/name=garboard,app.kubernetes.io/instance={{ .context.Release.Name }}
  kubectl -n {{ $namespace }} logs -l app.kubernetes.io/name=garboard,app.kubernetes.io/instance={{ .context.Release.Name }} --all-containers --ignore-errors --tail=-1

The reason of a failure is also in the pod's termination message:

  kubectl -n {{ $namespace }} get pods -l app.kubernetes.io/name=garboard,app.kubernetes.io/instance={{ .context.Release.Name }} -o jsonpath="{range .items[*].status['initContainerStatuses','containerStatuses'][?(@.state.terminated.message)]}{.state.terminated.message}{'\n'}{end}"
{{- end }}
{{- include "garboard.notesExtras" . }}
{{- include "garboard.notesWarnings" . }}
{{- end -}}
{{- end -}}

{{- define "garboard.notesMode" -}}
{{- $v := .v -}}
{{- $what := ternary (printf "The schema is taken back to %s" $v.rollback.to) "Migrations run" (ne $v.rollback.to "") -}}
{{- if eq $v.mode "hook" -}}
{{- if eq $v.gitops "helm" -}}
{{ $what }} as the Job {{ .name }}, a Helm hook at {{ join ", " $v.when }} with weight {{ $v.weight }}.
{{- else -}}
{{ $what }} as the Job {{ .name }}, a {{ ternary "Sync" "PreSync" (eq $v.gitops "argo-sync") }} hook of Argo CD in wave {{ $v.weight }}, at every sync.
{{- end }}
{{- if not (or (has "post-install" $v.when) (has "post-upgrade" $v.when)) }} If it fails, the release fails and
nothing of the application has changed.{{ end }}
{{- else if eq $v.mode "job" -}}
{{ $what }} as an ordinary Job, {{ .name }}-HASH, beside the application. Its name changes with its spec, so
that it runs again when the image or a setting does.
{{- else if eq $v.mode "initContainer" -}}
{{ $what }} in an init container of every pod that includes garboard.initContainer; a lock in the database lets
one of them at a time.
{{- else -}}
No migration is run by this release (migrations.mode is none).
{{- end -}}
{{- end -}}

{{- define "garboard.notesExtras" -}}
{{- $v := .v -}}
{{- if and $v.gate.enabled (ne $v.mode "initContainer") }}

Pods that include garboard.gateInitContainer start when {{ ternary "all migrations of their image are applied" (printf "migration %s is applied" ($v.gate.atLeast | default $v.rollback.to)) (and (eq $v.gate.atLeast "") (eq $v.rollback.to "")) }}.
{{- end }}
{{- if and $v.seed.enabled (not $v.rollback.to) }}

Seeds are loaded by the Job {{ .name }}-seed at {{ ternary (join ", " $v.seed.when) "every sync" (eq $v.gitops "helm") }}.
{{- end }}
{{- if $v.manualJobs.enabled }}

To run by hand, as in:

  kubectl -n {{ .context.Release.Namespace }} create job --from=cronjob/{{ .name }}-status {{ .name }}-status-1

and in the same way from {{ .name }}-manual and {{ .name }}-rollback.
{{- end }}
{{- if and $v.statusTest (eq $v.gitops "helm") (not $v.rollback.to) }}

`helm test {{ .context.Release.Name }} -n {{ .context.Release.Namespace }}` fails when a migration is pending.
{{- end }}
{{- end -}}

{{- define "garboard.notesWarnings" -}}
{{- $v := .v -}}
{{- $hasPost := and (eq $v.mode "hook") (or (has "post-install" $v.when) (has "post-upgrade" $v.when)) -}}
{{- if $hasPost }}

WARNING: a post-* hook starts only after the application is ready, if Helm is told to wait for that by --wait or
--atomic, as Flux and Terraform do by themselves. An application that waits for the schema{{ if $v.gate.enabled }} (migrations.gate){{ end }} is then
never ready. Leave --wait out (Flux: disableWait: true), or use pre-install and pre-upgrade.
{{- end }}
{{- if and (eq $v.mode "job") (eq $v.gitops "helm") }}

NOTE: Helm does not wait for this Job; add --wait --wait-for-jobs, or migrations.gate to the application's pods.
{{- end }}
{{- if and (has $v.mode (list "hook" "job")) (kindIs "invalid" $v.activeDeadlineSeconds) }}

WARNING: there is no migrations.activeDeadlineSeconds: when Helm's --timeout is over, the Job runs on.
{{- else if and (eq $v.mode "hook") (ge (int64 $v.activeDeadlineSeconds) 300) }}

WARNING: migrations.activeDeadlineSeconds is {{ int64 $v.activeDeadlineSeconds }}: give Helm more time than that, as in --timeout {{ add (int64 $v.activeDeadlineSeconds) 60 }}s, or
it gives up while the Job runs on.
{{- end }}
{{- if and (eq $v.mode "hook") (include "garboard.serviceAccountName" .) (not $v.serviceAccount.create) }}

WARNING: the ServiceAccount {{ include "garboard.serviceAccountName" . }} must be there before the first install; one of this release comes too late.
{{- end }}
{{- if $v.rollback.to }}

WARNING: clear migrations.rollback once the schema is where it should be, or no migration is applied again.
{{- end }}
{{- end -}}
