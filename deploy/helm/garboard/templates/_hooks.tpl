{{/*
What makes an object a hook, in one family of annotations only.
dict "s" SCOPE "when" EVENTS "weight" N "phase" PHASE OF ARGO; "isJob": also what Helm 4 prints, and when it goes.
What a Job needs stays, since later pods need it too.
*/}}
{{- define "garboard.hookAnnotations" -}}
{{- $v := .s.v -}}
{{- $deletePolicy := ternary $v.hookDeletePolicy "before-hook-creation" (hasKey . "isJob") -}}
{{- if eq $v.gitops "helm" -}}
helm.sh/hook: {{ join "," .when }}
helm.sh/hook-weight: {{ .weight | int64 | quote }}
helm.sh/hook-delete-policy: {{ $deletePolicy }}
{{- if and (hasKey . "isJob") $v.hookOutputLogPolicy }}
helm.sh/hook-output-log-policy: {{ $v.hookOutputLogPolicy }}
{{- end -}}
{{- else -}}
argocd.argoproj.io/hook: {{ ternary "Sync" .phase (eq $v.gitops "argo-sync") }}
argocd.argoproj.io/hook-delete-policy: {{ $deletePolicy | replace "-" " " | title | replace " " "" }}
argocd.argoproj.io/sync-wave: {{ .weight | int64 | quote }}
{{- end -}}
{{- end -}}

{{/* Annotations of the Job that migrates. */}}
{{- define "garboard.jobAnnotations" -}}
{{- $v := .v -}}
{{- if eq $v.mode "hook" -}}
{{ include "garboard.hookAnnotations" (dict "s" . "when" $v.when "weight" $v.weight "phase" "PreSync" "isJob" true) }}
{{- else if eq $v.gitops "argo-sync" -}}
argocd.argoproj.io/sync-wave: {{ $v.weight | int64 | quote }}
{{- end -}}
{{- if $v.annotations }}
{{ include "garboard.texts" (list $v.annotations .) }}
{{- end -}}
{{- end -}}

{{/* Annotations of what the Job needs: before it, whatever the Job's own events are. */}}
{{- define "garboard.prerequisiteAnnotations" -}}
{{- if eq .v.mode "hook" -}}
{{ include "garboard.hookAnnotations" (dict "s" . "when" (list "pre-install" "pre-upgrade") "weight" (min -10 (sub (.v.weight | int64) 1)) "phase" "PreSync") }}
{{- else if eq .v.gitops "argo-sync" -}}
argocd.argoproj.io/sync-wave: {{ min -10 (sub (.v.weight | int64) 1) | quote }}
{{- end -}}
{{- end -}}
