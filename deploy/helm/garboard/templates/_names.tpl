{{/* Base of all names: at most 43 characters, so that a CronJob's suffix still fits into its 52. */}}
{{- define "garboard.name" -}}
{{- if .v.name -}}
{{- include "garboard.tpl" (list .v.name .) -}}
{{- else -}}
{{- $context := .context -}}
{{- $chart := $context.Values.nameOverride | default $context.Chart.Name -}}
{{- $full := ternary $context.Release.Name (printf "%s-%s" $context.Release.Name $chart) (contains $chart $context.Release.Name) -}}
{{- $full = $context.Values.fullnameOverride | default $full | trimSuffix "-migrate" -}}
{{- if gt (len $full) 35 -}}
{{- $full = printf "%s-%s" ($full | trunc 26 | trimSuffix "-") ($full | sha256sum | trunc 8) -}}
{{- end -}}
{{- printf "%s-migrate" $full -}}
{{- end -}}
{{- end -}}

{{/* Base of what the Job needs. Helm refuses a release's object where a hook left one, so these have names of their own. */}}
{{- define "garboard.ownName" -}}
{{ .name }}{{ ternary "-hook" "" (eq .v.mode "hook") }}
{{- end -}}

{{/* Base of the names of what a pod mounts and reads: a hook's Job has objects of its own, ahead of the release's. */}}
{{- define "garboard.baseName" -}}
{{ ternary (include "garboard.ownName" .s) .s.name (has .component (list "migration" "seed")) }}
{{- end -}}

{{/* Labels of a pod. They do not match the selector of the application's Service. */}}
{{- define "garboard.podLabels" -}}
app.kubernetes.io/name: garboard
app.kubernetes.io/instance: {{ .s.context.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "garboard.labels" -}}
{{ include "garboard.podLabels" . }}
app.kubernetes.io/managed-by: {{ .s.context.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .s.context.Chart.Name .s.context.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}

{{- define "garboard.image" -}}
{{- $image := .v.image -}}
{{- $repository := include "garboard.tpl" (list $image.repository .) -}}
{{- if not $repository -}}
{{- fail "migrations.image.repository is empty: name the image that has garboard, as in --set migrations.image.repository=registry.example/app-migrations" -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- $tag := include "garboard.tpl" (list $image.tag .) | default .context.Chart.AppVersion -}}
{{- if not $tag -}}
{{- fail "migrations.image.tag is empty, and the chart has no appVersion; set the tag, or image.digest" -}}
{{- end -}}
{{- printf "%s:%s" $repository ($tag | replace "+" "_") -}}
{{- end -}}
{{- end -}}

{{/* The Secret that holds how to connect, or nothing: dict "s" SCOPE "component" NAME. */}}
{{- define "garboard.secretName" -}}
{{- if .s.v.externalSecret.create -}}{{ include "garboard.baseName" . }}-db
{{- else -}}{{ include "garboard.tpl" (list .s.v.connection.existingSecret .s) }}
{{- end -}}
{{- end -}}

{{- define "garboard.serviceAccountName" -}}
{{- $name := include "garboard.tpl" (list .v.serviceAccount.name .) -}}
{{- if .v.serviceAccount.create -}}{{ $name | default (include "garboard.ownName" .) }}
{{- else -}}{{ $name }}
{{- end -}}
{{- end -}}
