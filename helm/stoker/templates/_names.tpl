{{/* Names, labels and images: one spelling of what several objects must agree upon. */}}

{{- define "stoker-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Short enough for the Services of every release, within the 63 characters of their names, and no shorter: whoever has one
is known by it. What is no Service may be longer. */}}
{{- define "stoker-operator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 47 | trimSuffix "-" }}
{{- end }}

{{- define "stoker-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "stoker-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
control-plane: controller-manager
{{- end }}

{{- define "stoker-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "stoker-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* The service account, the Deployment and the budget. */}}
{{- define "stoker-operator.manager" -}}
{{ include "stoker-operator.fullname" . }}-controller-manager
{{- end }}

{{- /* Several that elect nobody would work against each other. */}}
{{- define "stoker-operator.replicas" -}}
{{ ternary .Values.replicaCount (min .Values.replicaCount 1) .Values.leaderElection.enabled }}
{{- end }}

{{- define "stoker-operator.webhookService" -}}
{{ include "stoker-operator.fullname" . }}-webhook-service
{{- end }}

{{- define "stoker-operator.receiver" -}}
{{ include "stoker-operator.fullname" . | trunc 46 | trimSuffix "-" }}-webhook-receiver
{{- end }}

{{- /* Where the receiver and the metrics listen in the pod. Below 1024 only some nodes let them: then the Service alone has that port. */}}
{{- define "stoker-operator.receiverPort" -}}
{{- $port := int .Values.webhookReceiver.port -}}
{{ ternary $port 9444 (ge $port 1024) }}
{{- end }}

{{- define "stoker-operator.metricsPort" -}}
{{- $port := int .Values.metrics.service.port -}}
{{ ternary $port 8443 (ge $port 1024) }}
{{- end }}

{{- define "stoker-operator.webhookConfiguration" -}}
{{ include "stoker-operator.fullname" . }}-pod-injection
{{- end }}

{{- /* A build's number is a number to --set, and in a file one that helm would write as 1.2e+07. */}}
{{- define "stoker-operator.tag" -}}
{{ ternary (toString .) (int64 .) (kindIs "string" .) }}
{{- end }}

{{- define "stoker-operator.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion | include "stoker-operator.tag" }}
{{- end }}

{{- define "stoker-operator.agentImage" -}}
{{- if .Values.agentImage.repository -}}
{{ .Values.agentImage.repository }}:{{ .Values.agentImage.tag | default .Chart.AppVersion | include "stoker-operator.tag" }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.agentImage.tag | default .Values.image.tag | default .Chart.AppVersion | include "stoker-operator.tag" }}
{{- end -}}
{{- end }}

{{- /* Whose the webhook's certificate is: own (the manager makes it), mounted (from a Secret that others fill), or none. */}}
{{- define "stoker-operator.certificates" -}}
{{- if not .Values.webhook.enabled -}}
none
{{- else if or .Values.certManager.enabled .Values.webhook.certificate.secretName -}}
mounted
{{- else -}}
own
{{- end -}}
{{- end }}

{{- define "stoker-operator.certificateSecret" -}}
{{ .Values.webhook.certificate.secretName | default (printf "%s-webhook-cert" (include "stoker-operator.fullname" .)) }}
{{- end }}

{{- /* The Secret and key of one receiver credential: (list $ "hmac"). Empty when none is configured. */}}
{{- define "stoker-operator.receiverSecret" -}}
{{- $root := index . 0 -}}
{{- $given := index $root.Values.webhookReceiver (index . 1) -}}
{{- if $given.secretRef.name -}}
{name: {{ $given.secretRef.name | quote }}, key: {{ $given.secretRef.key | quote }}}
{{- else if $given.secret -}}
{name: {{ include "stoker-operator.receiver" $root }}, key: {{ $given.secretRef.key | quote }}}
{{- end -}}
{{- end }}
