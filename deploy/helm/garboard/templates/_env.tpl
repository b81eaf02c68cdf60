{{/* Whether the arguments or the environment say already where the migrations are. */}}
{{- define "garboard.namesPlan" -}}
{{- range .args -}}
{{- if regexMatch "^(--(plan|dir)(=.*)?|-[pd].*)$" (toString .) -}}yes{{- end -}}
{{- end -}}
{{- range .s.v.env -}}
{{- if has .name (list "GARBOARD_PLAN" "GARBOARD_DIR") -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Arguments that the chart itself writes, as JSON, with what `args` select the migrations and databases by, so that
waiting, status and rollback are about what the Job migrates: dict "s" SCOPE "args" ARGS.
*/}}
{{- define "garboard.args" -}}
{{- $args := .args -}}
{{- $options := list "-p" "--plan" "-d" "--dir" "--format" "--set" "--table" "--schema" "--app" "--targets" "--target" -}}
{{- if ne (first $args) "rollback" -}}{{- $options = concat $options (list "--to" "--tags" "--phase") -}}{{- end -}}
{{- $isValue := false -}}
{{- range .s.v.args -}}
{{- $option := regexFind "^(-[pd]|--[^=]+)" . -}}
{{- if or $isValue (has $option $options) -}}{{- $args = append $args . -}}{{- end -}}
{{- $isValue = and (not $isValue) (has . $options) -}}
{{- end -}}
{{- toJson $args -}}
{{- end -}}

{{/* env and envFrom of a container: dict "s" SCOPE "args" ARGS "component" NAME "secret" NAME "completions" OF AN INDEXED JOB. A variable of the user stands in for ours. */}}
{{- define "garboard.env" -}}
{{- $v := .s.v -}}
{{- $retry := $v.retryPolicy -}}
{{- $own := dict -}}
{{- if not (has (first .args) (list "wait" "status")) -}}
{{- $isSeed := or (eq (toString .component) "seed") (eq (first .args) "seed") -}}
{{- $own = dict
  (ternary "GARBOARD_SEED_ENVIRONMENT" "GARBOARD_ENVIRONMENT" $isSeed) $v.environment
  "GARBOARD_LOCK_WAIT" $retry.maxElapsed
  "GARBOARD_RETRY_FOR" $retry.maxElapsed
  "GARBOARD_RETRY_INITIAL" $retry.initial
  "GARBOARD_RETRY_FACTOR" $retry.factor
  "GARBOARD_RETRY_MAX" $retry.max
  "GARBOARD_RETRY_JITTER" $retry.jitter -}}
{{- end -}}
{{- if not (include "garboard.namesPlan" .) -}}
{{- $_ := set $own (ternary "GARBOARD_PLAN" "GARBOARD_DIR" (regexMatch "\\.(ya?ml|json)$" $v.source.path)) $v.source.path -}}
{{- end -}}
{{- if and (not .secret) $v.connection.keys.url (ne $v.connection.keys.url "DATABASE_URL") -}}
{{- $_ := set $own "GARBOARD_URL_ENV" $v.connection.keys.url -}}
{{- end -}}
{{- $_ := set $own "JOB_COMPLETIONS" (.completions | default "") -}}
{{- $given := list -}}
{{- range $v.env -}}
{{- $given = append $given .name -}}
{{- $_ := unset $own .name -}}
{{- end -}}
env:
{{- range $name, $value := $own }}
{{- if ne (toString $value) "" }}
  - name: {{ $name }}
    value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- if .secret }}
{{- $variables := dict "url" "DATABASE_URL" "type" "DB_TYPE" "host" "DB_HOST" "port" "DB_PORT" "name" "DB_NAME" "user" "DB_USER" "password" "DB_PASSWORD" "sslmode" "DB_SSLMODE" }}
{{- range $field, $key := $v.connection.keys }}
{{- $name := get $variables $field }}
{{- if and $key (not (or (has $name $given) (has (printf "%s_FILE" $name) $given))) }}
{{- if $v.connection.mountAsFile }}
  - name: {{ $name }}_FILE
    value: {{ printf "/run/secrets/garboard/%s" $key | quote }}
{{- else }}
  - name: {{ $name }}
    valueFrom:
      secretKeyRef: {name: {{ $.secret | quote }}, key: {{ $key | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $v.env }}
  - name: {{ include "garboard.tpl" (list .name $.s) | quote }}
    {{- if not (kindIs "invalid" .value) }}
    value: {{ include "garboard.tpl" (list .value $.s) | quote }}
    {{- end }}
    {{- with omit . "name" "value" }}
    {{- include "garboard.tpl" (list . $.s) | nindent 4 }}
    {{- end }}
{{- end }}
{{- if or $v.envFrom.configMaps $v.envFrom.secrets }}
envFrom:
{{- range $v.envFrom.configMaps }}
  - configMapRef: {{ include "garboard.reference" (list . $.s true) }}
{{- end }}
{{- $isOnly := and (eq (len $v.envFrom.secrets) 1) (not (include "garboard.namesDatabase" .)) }}
{{- range $v.envFrom.secrets }}
  - secretRef: {{ include "garboard.reference" (list . $.s (not $isOnly)) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether something but envFrom says which database it is. If not, the pod waits for the one Secret there, which may come late. */}}
{{- define "garboard.namesDatabase" -}}
{{- if .secret -}}yes{{- end -}}
{{- range concat .args .s.v.args -}}
{{- if regexMatch "^(-u|--(url|env-prefix|database|targets|config))" . -}}yes{{- end -}}
{{- end -}}
{{- range .s.v.env -}}
{{- if regexMatch "^(DATABASE_URL|DB_|GARBOARD_(URL|ENV_PREFIX|DATABASE|TARGETS|CONFIG))" .name -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{/* An entry of envFrom: a name, whose object is optional if the third item says so, or {name, optional}. */}}
{{- define "garboard.reference" -}}
{{- $entry := index . 0 -}}
{{- if kindIs "string" $entry -}}
{name: {{ include "garboard.tpl" . | quote }}, optional: {{ index . 2 }}}
{{- else -}}
{name: {{ include "garboard.tpl" (list $entry.name (index . 1)) | quote }}, optional: {{ $entry.optional | default false }}}
{{- end -}}
{{- end -}}
