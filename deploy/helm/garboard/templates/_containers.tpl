{{/* One container as an item of a list: dict "s" SCOPE "name" NAME "args" ARGS; "component" of a pod that the chart makes; "secret" in the place of the connection's; "completions". */}}
{{- define "garboard.container" -}}
{{- $v := .s.v -}}
{{- $secret := .secret | default (include "garboard.secretName" .) -}}
- name: {{ .name }}{{ include "garboard.suffix" .s }}
  image: {{ include "garboard.image" .s | quote }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  {{- if $v.command }}
  command: {{ toJson $v.command }}
  {{- end }}
  args: {{ toJson .args }}
  {{- include "garboard.env" (dict "s" .s "args" .args "component" .component "secret" $secret "completions" .completions) | nindent 2 }}
  resources: {{- toYaml $v.resources | nindent 4 }}
  securityContext: {{- toYaml $v.securityContext | nindent 4 }}
  terminationMessagePolicy: FallbackToLogsOnError
  {{- with include "garboard.mounts" (dict "s" .s "secret" $secret) | trim }}
  volumeMounts: {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "garboard.waitContainer" -}}
{{- include "garboard.container" (dict "s" .s "name" "garboard-wait" "component" .component "completions" .completions "args" (include "garboard.args" (dict "s" .s "args" (list "wait" "--timeout" .s.v.waitForDb.timeout)) | fromJsonArray)) -}}
{{- end -}}

{{/* Waits, read-only and without a lock, until the schema is there. */}}
{{- define "garboard.gateContainer" -}}
{{- $applied := .v.gate.atLeast | default .v.rollback.to | default "all" -}}
{{- $args := include "garboard.args" (dict "s" . "args" (list "wait" "--applied" $applied "--timeout" .v.gate.timeout)) | fromJsonArray -}}
{{- include "garboard.container" (dict "s" . "name" "garboard-gate" "secret" (include "garboard.tpl" (list .v.gate.existingSecret .)) "args" $args) -}}
{{- end -}}

{{/* What tells the containers and volumes of two databases in one pod apart. */}}
{{- define "garboard.suffix" -}}
{{- with .suffix -}}-{{ . }}{{- end -}}
{{- end -}}

{{/* Public: the init containers that migrate, where mode is initContainer; else nothing. */}}
{{- define "garboard.initContainer" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled (eq .v.mode "initContainer") -}}
{{- if .v.waitForDb.enabled }}
{{- include "garboard.waitContainer" (dict "s" .) }}
{{ end -}}
{{- include "garboard.container" (dict "s" . "name" "garboard" "args" .v.args) -}}
{{- end -}}
{{- end -}}

{{/* Public: the init container that holds the application back until the schema is there; nothing where mode is initContainer. */}}
{{- define "garboard.gateInitContainer" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled .v.gate.enabled (ne .v.mode "initContainer") -}}
{{- include "garboard.gateContainer" . -}}
{{- end -}}
{{- end -}}

{{/* Public: the init container that waits for the database alone. */}}
{{- define "garboard.waitInitContainer" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled .v.waitForDb.enabled -}}
{{- include "garboard.waitContainer" (dict "s" .) -}}
{{- end -}}
{{- end -}}

{{/* Public: the volumes that these init containers mount, for the volumes of the application's pod. */}}
{{- define "garboard.volumes" -}}
{{- include "garboard.prepare" . -}}
{{- if .v.enabled -}}
{{- $secret := include "garboard.tpl" (list .v.gate.existingSecret .) -}}
{{- include "garboard.podVolumes" (dict "s" . "secret" (ternary "" $secret (eq .v.mode "initContainer") | default (include "garboard.secretName" (dict "s" .)))) -}}
{{- end -}}
{{- end -}}

{{/* Public: an annotation of the application's pod, so that one which migrates is a new one when the chart's files are. */}}
{{- define "garboard.podAnnotations" -}}
{{- include "garboard.prepare" . -}}
{{- if and .v.enabled (eq .v.mode "initContainer") -}}
{{- with include "garboard.sourceChecksum" . -}}garboard/source{{ include "garboard.suffix" $ }}: {{ . | quote }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "garboard.mounts" -}}
{{- $v := .s.v -}}
{{- if eq $v.source.type "configMap" }}
- {name: garboard-source{{ include "garboard.suffix" .s }}, mountPath: {{ include "garboard.sourceFolder" .s | quote }}, readOnly: true}
{{- end }}
{{- if and $v.connection.mountAsFile .secret }}
- {name: garboard-connection{{ include "garboard.suffix" .s }}, mountPath: /run/secrets/garboard, readOnly: true}
{{- end }}
{{- with $v.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A mounted ConfigMap is a folder, also when the path names a plan in it. */}}
{{- define "garboard.sourceFolder" -}}
{{- ternary (dir .v.source.path) .v.source.path (regexMatch "\\.(ya?ml|json)$" .v.source.path) -}}
{{- end -}}

{{- define "garboard.podVolumes" -}}
{{- $v := .s.v -}}
{{- if eq $v.source.type "configMap" }}
- name: garboard-source{{ include "garboard.suffix" .s }}
  configMap: {name: {{ include "garboard.sourceName" . | quote }}}
{{- end }}
{{- if and $v.connection.mountAsFile .secret }}
- name: garboard-connection{{ include "garboard.suffix" .s }}
  secret: {secretName: {{ .secret | quote }}}
{{- end }}
{{- with $v.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The ConfigMap with the migrations: dict "s" SCOPE "component" NAME. */}}
{{- define "garboard.sourceName" -}}
{{- if .s.v.source.configMap -}}
{{- include "garboard.tpl" (list .s.v.source.configMap .s) -}}
{{- else -}}
{{ include "garboard.baseName" . }}-source
{{- end -}}
{{- end -}}
