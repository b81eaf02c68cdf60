{{/* Public: what the Job does about each exit code of garboard; nothing where the server is too old for it. */}}
{{- define "garboard.podFailurePolicy" -}}
{{- include "garboard.prepare" . -}}
{{- $policy := .v.podFailurePolicy -}}
{{- if and (ne (toString $policy.enabled) "false") (semverCompare ">=1.26-0" .kube) -}}
{{- $retried := list -}}
{{- range $code := until 256 -}}
{{- range concat $policy.retryable (list 137 143) -}}
{{- if eq (int .) $code -}}{{- $retried = append $retried $code -}}{{- end -}}
{{- end -}}
{{- end -}}
podFailurePolicy:
  rules:
    - action: Ignore
      onPodConditions: [{type: DisruptionTarget}]
    - action: {{ ternary "FailIndex" "FailJob" (eq (include "garboard.isPerIndex" .) "true") }}
      onExitCodes: {containerName: garboard, operator: NotIn, values: {{ $retried | uniq | toJson }}}
    {{- if .hasWait }}
    - action: {{ ternary "FailIndex" "FailJob" (eq (include "garboard.isPerIndex" .) "true") }}
      onExitCodes: {containerName: garboard-wait, operator: NotIn, values: {{ $retried | uniq | toJson }}}
    {{- end }}
{{- end -}}
{{- end -}}

{{/* Whether each index of the Job has tries of its own. */}}
{{- define "garboard.isPerIndex" -}}
{{- and (gt (int .v.parallelism) 1) (semverCompare ">=1.29-0" .kube) -}}
{{- end -}}

{{/*
A Job's spec: dict "s" SCOPE "component" NAME "args" ARGS "first" WHAT TO WAIT FOR; "isOnce": no pod follows
one that failed or was evicted, as for a rollback that would choose others to undo.
*/}}
{{- define "garboard.jobSpec" -}}
{{- $s := .s -}}
{{- $v := $s.v -}}
{{- $isFleet := and (gt (int $v.parallelism) 1) (eq .component "migration") -}}
{{- if and $isFleet (eq (include "garboard.isPerIndex" $s) "true") -}}
backoffLimitPerIndex: {{ $v.backoffLimit | int64 }}
{{- else -}}
backoffLimit: {{ ternary 0 ($v.backoffLimit | int64) (eq (toString .isOnce) "true") }}
{{- end }}
{{- if $isFleet }}
completionMode: Indexed
completions: {{ $v.parallelism | int64 }}
parallelism: {{ $v.parallelism | int64 }}
{{- else }}
completions: 1
parallelism: 1
{{- end }}
{{- if not (kindIs "invalid" $v.activeDeadlineSeconds) }}
activeDeadlineSeconds: {{ $v.activeDeadlineSeconds | int64 }}
{{- end }}
{{- if not (kindIs "invalid" $v.ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ $v.ttlSecondsAfterFinished | int64 }}
{{- end }}
{{- $hasWait := or (eq .first "schema") (and (eq .first "database") $v.waitForDb.enabled) -}}
{{- if ne (toString .isOnce) "true" }}
{{- with include "garboard.podFailurePolicy" (merge (dict "hasWait" $hasWait) (ternary $s (dict "v" (merge (dict "parallelism" 1) $v) "kube" $s.kube) $isFleet)) }}
{{ . }}
{{- end }}
{{- end }}
template:
  metadata:
    {{- include "garboard.podMetadata" . | nindent 4 }}
  spec:
    {{- include "garboard.podSpec" (merge (dict "completions" (ternary ($v.parallelism | int64) 0 $isFleet)) .) | nindent 4 }}
{{- end -}}

{{/* Public: the Job that migrates, or rolls back, and what it needs first. */}}
{{- define "garboard.job" -}}
{{- include "garboard.prepare" . -}}
{{- if .v.enabled -}}
{{- include "garboard.checkName" . -}}
{{- include "garboard.prerequisites" . -}}
{{- if has .v.mode (list "hook" "job") -}}
{{- $args := .v.args -}}
{{- if .v.rollback.to -}}
{{- $args = include "garboard.args" (dict "s" . "args" (list "rollback" "--to" .v.rollback.to)) | fromJsonArray -}}
{{- end -}}
{{- $part := dict "s" . "component" "migration" "args" $args "first" "database" -}}
{{- $spec := include "garboard.jobSpec" $part }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ ternary .name (printf "%s-%s" .name (sha256sum $spec | trunc 8)) (eq .v.mode "hook") | quote }}
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "garboard.labels" $part | nindent 4 }}
  {{- with include "garboard.jobAnnotations" . | trim }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Public: the Job that loads seeds once the schema is there; none while it is taken back. */}}
{{- define "garboard.seedJob" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled .v.seed.enabled (not .v.rollback.to) -}}
{{- $part := dict "s" . "component" "seed" "args" .v.seed.args "first" "schema" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name }}-seed
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "garboard.labels" $part | nindent 4 }}
  annotations:
    {{- include "garboard.hookAnnotations" (dict "s" . "when" .v.seed.when "weight" .v.seed.weight "phase" "PostSync" "isJob" true) | nindent 4 }}
    {{- with .v.annotations }}
    {{- include "garboard.texts" (list . $) | nindent 4 }}
    {{- end }}
spec:
  {{- include "garboard.jobSpec" $part | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* Public: everything that the values ask for. */}}
{{- define "garboard.resources" -}}
{{- include "garboard.job" . }}
{{ include "garboard.seedJob" . }}
{{ include "garboard.manualJobs" . }}
{{ include "garboard.testPod" . }}
{{- end -}}
