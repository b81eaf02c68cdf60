{{/* Public: suspended CronJobs, to be started by: kubectl create job --from=cronjob/NAME NEW-NAME */}}
{{- define "garboard.manualJobs" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled .v.manualJobs.enabled -}}
{{- $s := . -}}
{{- $rollback := ternary (list "rollback" "--to" .v.rollback.to) (list "rollback") (ne .v.rollback.to "") -}}
{{- range $suffix, $args := dict "manual" .v.args "status" (list "status") "rollback" $rollback }}
{{- if ne $suffix "manual" -}}
{{- $args = include "garboard.args" (dict "s" $s "args" $args) | fromJsonArray -}}
{{- end -}}
{{- $isOnce := and (eq $suffix "rollback") (eq $s.v.rollback.to "") }}
{{- $part := dict "s" $s "component" $suffix "args" $args "first" "database" "isOnce" $isOnce }}
---
apiVersion: {{ ternary "batch/v1" "batch/v1beta1" (semverCompare ">=1.21-0" $s.kube) }}
kind: CronJob
metadata:
  name: {{ $s.name }}-{{ $suffix }}
  namespace: {{ $s.context.Release.Namespace | quote }}
  labels:
    {{- include "garboard.labels" $part | nindent 4 }}
spec:
  suspend: true
  schedule: "0 0 31 2 *"
  concurrencyPolicy: Forbid
  jobTemplate:
    metadata:
      labels:
        {{- include "garboard.labels" $part | nindent 8 }}
      {{- with $s.v.annotations }}
      annotations:
        {{- include "garboard.texts" (list . $s) | nindent 8 }}
      {{- end }}
    spec:
      {{- include "garboard.jobSpec" $part | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Public: the pod of `helm test`, which fails when something is pending. Argo CD has no such hook. */}}
{{- define "garboard.testPod" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled .v.statusTest (eq .v.gitops "helm") (not .v.rollback.to) -}}
{{- $args := include "garboard.args" (dict "s" . "args" (list "status" "--exit-code")) | fromJsonArray -}}
{{- $part := dict "s" . "component" "test" "args" $args "first" "" }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ .name }}-test
  namespace: {{ .context.Release.Namespace | quote }}
  {{- include "garboard.podMetadata" $part | nindent 2 }}
  {{- if not (or .v.podAnnotations (include "garboard.sourceChecksum" .)) }}
  annotations:
  {{- end }}
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  {{- include "garboard.podSpec" $part | nindent 2 }}
{{- end -}}
{{- end -}}
