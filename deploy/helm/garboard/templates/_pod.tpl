{{/* A pod's spec: dict "s" SCOPE "component" NAME "args" ARGS "first" database | schema | nothing; "completions". */}}
{{- define "garboard.podSpec" -}}
{{- $s := omit .s "suffix" -}}
{{- $_ := set . "s" $s -}}
{{- $v := $s.v -}}
restartPolicy: Never
automountServiceAccountToken: {{ $v.serviceAccount.automountToken }}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds | int64 }}
securityContext: {{- toYaml $v.podSecurityContext | nindent 2 }}
{{- with include "garboard.serviceAccountName" $s }}
serviceAccountName: {{ . | quote }}
{{- end }}
{{- with $v.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ include "garboard.tpl" (list (ternary . (get (ternary dict . (kindIs "string" .)) "name") (kindIs "string" .)) $s) | quote }}
{{- end }}
{{- end }}
{{- range $key := list "priorityClassName" "nodeSelector" "tolerations" "affinity" "hostAliases" }}
{{- with get $v $key }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- with include "garboard.podInitContainers" . | trim }}
initContainers: {{- . | nindent 2 }}
{{- end }}
containers:
  {{- include "garboard.container" (dict "s" $s "name" "garboard" "component" .component "args" .args "completions" .completions) | nindent 2 }}
{{- with include "garboard.podVolumes" (dict "s" $s "component" .component "secret" (include "garboard.secretName" .)) | trim }}
volumes: {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Sidecars first, so that a proxy is there when the database is waited for. */}}
{{- define "garboard.podInitContainers" -}}
{{- $s := .s -}}
{{- range $s.v.sidecars }}
{{ list (merge (dict "restartPolicy" "Always") .) | toYaml }}
{{- end }}
{{- with $s.v.initContainers }}
{{ include "garboard.tpl" (list . $s) }}
{{- end }}
{{- if eq .first "schema" }}
{{- $args := include "garboard.args" (dict "s" $s "args" (list "wait" "--applied" "all" "--timeout" $s.v.waitForDb.timeout)) | fromJsonArray }}
{{ include "garboard.container" (dict "s" $s "name" "garboard-wait" "component" .component "args" $args) }}
{{- else if and (eq .first "database") $s.v.waitForDb.enabled }}
{{ include "garboard.waitContainer" . }}
{{- end }}
{{- end -}}

{{/* Metadata of a pod that a Job makes. */}}
{{- define "garboard.podMetadata" -}}
{{- $annotations := deepCopy .s.v.podAnnotations -}}
{{- with include "garboard.sourceChecksum" .s -}}{{- $_ := set $annotations "garboard/source" . -}}{{- end -}}
labels:
  {{- include "garboard.podLabels" . | nindent 2 }}
  {{- with .s.v.podLabels }}
  {{- include "garboard.texts" (list . $.s) | nindent 2 }}
  {{- end }}
{{- with $annotations }}
annotations:
  {{- include "garboard.texts" (list . $.s) | nindent 2 }}
{{- end }}
{{- end -}}
