{{/*
What has to be there before the Job's pod: of the Job alone, never shared with the application. What a hook needs is
made anew at each upgrade; so the release has a second one, for the gate and for pods that are started later.
*/}}
{{- define "garboard.prerequisites" -}}
{{- if .v.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
automountServiceAccountToken: {{ .v.serviceAccount.automountToken }}
metadata:
  name: {{ include "garboard.serviceAccountName" . | quote }}
  {{- include "garboard.prerequisiteMetadata" (dict "s" . "component" "migration") | nindent 2 }}
{{- end }}
{{- range $base := list (include "garboard.ownName" .) .name | uniq }}
{{- $part := dict "s" $ "component" "migration" "isOfRelease" (and (eq $.v.mode "hook") (eq $base $.name)) }}
{{- if $.v.externalSecret.create }}
---
apiVersion: {{ include "garboard.externalSecretVersion" $ }}
kind: ExternalSecret
metadata:
  name: {{ $base }}-db
  {{- include "garboard.prerequisiteMetadata" $part | nindent 2 }}
spec:
  refreshInterval: {{ $.v.externalSecret.refreshInterval | quote }}
  secretStoreRef: {{- toYaml $.v.externalSecret.storeRef | nindent 4 }}
  target:
    name: {{ $base }}-db
  {{- if $.v.connection.keys.url }}
  data:
    - secretKey: {{ $.v.connection.keys.url | quote }}
      remoteRef:
        key: {{ include "garboard.tpl" (list $.v.externalSecret.remoteKey $) | quote }}
        {{- with $.v.externalSecret.property }}
        property: {{ . | quote }}
        {{- end }}
  {{- else }}
  dataFrom:
    - extract:
        key: {{ include "garboard.tpl" (list $.v.externalSecret.remoteKey $) | quote }}
  {{- end }}
{{- end }}
{{- if $.v.source.files }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $base }}-source
  {{- include "garboard.prerequisiteMetadata" $part | nindent 2 }}
data:
  {{- include "garboard.sourceData" $ | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "garboard.prerequisiteMetadata" -}}
namespace: {{ .s.context.Release.Namespace | quote }}
labels:
  {{- include "garboard.labels" . | nindent 2 }}
{{- if not .isOfRelease }}
{{- with include "garboard.prerequisiteAnnotations" .s }}
annotations:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "garboard.externalSecretVersion" -}}
{{- $versions := .context.Capabilities.APIVersions -}}
{{- if and ($versions.Has "external-secrets.io/v1beta1") (not ($versions.Has "external-secrets.io/v1")) -}}
external-secrets.io/v1beta1
{{- else -}}
external-secrets.io/v1
{{- end -}}
{{- end -}}

{{/* The chart's files as data of a ConfigMap, whose keys have no folders. */}}
{{- define "garboard.sourceData" -}}
{{- $data := dict -}}
{{- $size := 0 -}}
{{- range $path, $content := .context.Files.Glob .v.source.files -}}
{{- if hasKey $data (base $path) -}}
{{- fail (printf "migrations.source.files: two files are named %s, and a ConfigMap has no folders; put the migrations into an image" (base $path)) -}}
{{- end -}}
{{- if not (regexMatch "^[-._a-zA-Z0-9]+$" (base $path)) -}}
{{- fail (printf "migrations.source.files: %s can be no key of a ConfigMap, which has letters, digits, '-', '_' and '.'; give the file another name" (base $path)) -}}
{{- end -}}
{{- $_ := set $data (base $path) (toString $content) -}}
{{- $size = add $size (len (toString $content)) -}}
{{- end -}}
{{- if empty $data -}}
{{- fail (printf "migrations.source.files: no file of the chart matches %s" .v.source.files) -}}
{{- end -}}
{{- if gt (int $size) 1000000 -}}
{{- fail (printf "migrations.source.files: %d bytes do not fit into a ConfigMap of 1 MiB; put the migrations into an image" (int $size)) -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{- define "garboard.sourceChecksum" -}}
{{- if .v.source.files -}}{{- include "garboard.sourceData" . | sha256sum | trunc 16 -}}{{- end -}}
{{- end -}}
