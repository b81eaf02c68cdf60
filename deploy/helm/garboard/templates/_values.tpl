{{/*
Every public template takes (dict "context" . "values" .Values.migrations), and prepares this dict once:
.v is the values over their defaults, .name the Job's name, .kube the server's version.
"complete": the values hold all defaults already, so that what is missing was set to null.
*/}}
{{- define "garboard.prepare" -}}
{{- if not (hasKey . "v") -}}
{{- $given := .values | default dict -}}
{{- $defaults := omit (.defaults | default .context.Values.garboard | default dict) "global" -}}
{{- if not (hasKey $defaults "mode") -}}
{{- fail "garboard: the library's defaults are not at .Values.garboard; if the dependency has an alias, pass (dict \"context\" . \"values\" .Values.migrations \"defaults\" .Values.ALIAS)" -}}
{{- end -}}
{{- $v := deepCopy $given -}}
{{- if .complete -}}
{{- range $key, $default := omit $defaults "activeDeadlineSeconds" "ttlSecondsAfterFinished" -}}
{{- if not (hasKey $v $key) -}}{{- $_ := set $v $key $default -}}{{- end -}}
{{- end -}}
{{- else -}}
{{- include "garboard.knownKeys" (dict "given" $given "known" $defaults "path" "migrations") -}}
{{- $v = deepCopy $defaults -}}
{{- include "garboard.merge" (dict "into" $v "from" $given) -}}
{{- end -}}
{{- $_ := set . "v" $v -}}
{{- $_ := set . "kube" .context.Capabilities.KubeVersion.Version -}}
{{- $_ := set . "name" (include "garboard.name" .) -}}
{{- if $v.enabled -}}{{- include "garboard.check" . -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Puts every value of .from into .into, also false, 0, empty and null. */}}
{{- define "garboard.merge" -}}
{{- $into := .into -}}
{{- range $key, $value := .from -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $into $key)) -}}
{{- include "garboard.merge" (dict "into" (get $into $key) "from" $value) -}}
{{- else -}}
{{- $_ := set $into $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Refuses keys that are not among the defaults. Maps that Kubernetes or the user defines are free. */}}
{{- define "garboard.knownKeys" -}}
{{- $free := list "storeRef" "resources" "securityContext" "podSecurityContext" "annotations" "podAnnotations" "podLabels" "nodeSelector" "affinity" -}}
{{- $known := .known -}}
{{- $path := .path -}}
{{- if eq $path "migrations.connection.keys" -}}
{{- $known = dict "url" "" "type" "" "host" "" "port" "" "name" "" "user" "" "password" "" "sslmode" "" -}}
{{- end -}}
{{- range $key, $value := .given -}}
{{- if not (hasKey $known $key) -}}
{{- fail (printf "%s.%s is not a value of garboard; %s has: %s" $path $key $path (keys $known | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $default := get $known $key -}}
{{- if and (kindIs "map" $default) (not (has $key $free)) -}}
{{- if kindIs "map" $value -}}
{{- include "garboard.knownKeys" (dict "given" $value "known" $default "path" (printf "%s.%s" $path $key)) -}}
{{- else -}}
{{- fail (printf "%s.%s must have keys: %s" $path $key (keys $default | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Evaluates a text of the values as a template: (list TEXT SCOPE). */}}
{{- define "garboard.tpl" -}}
{{- $text := index . 0 -}}
{{- if kindIs "string" $text -}}{{- tpl $text (index . 1).context -}}
{{- else -}}{{- tpl (toYaml $text) (index . 1).context -}}
{{- end -}}
{{- end -}}

{{/* A map of texts, as annotations are; each is evaluated by itself, so that it may hold anything: (list MAP SCOPE). */}}
{{- define "garboard.texts" -}}
{{- $s := index . 1 -}}
{{- $lines := list -}}
{{- range $key, $value := index . 0 -}}
{{- $lines = append $lines (printf "%q: %q" (include "garboard.tpl" (list $key $s)) (include "garboard.tpl" (list $value $s))) -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}

{{/* Seconds of a duration such as 1m30s; the day is arbitrary, two of its moments are subtracted. */}}
{{- define "garboard.seconds" -}}
{{- $day := toDate "2006-01-02" "2001-01-01" -}}
{{- sub ($day | mustDateModify (ternary "0s" (toString .) (eq (toString .) "0")) | unixEpoch) ($day | unixEpoch) -}}
{{- end -}}
