{{/* What the manager is told: the twins of its flags (`stoker manager --help`). */}}

{{- define "stoker-operator.environment" -}}
{{- $receiver := .Values.webhookReceiver -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: DEFAULT_AGENT_IMAGE
  value: {{ include "stoker-operator.agentImage" . | quote }}
- name: AUTO_BIND_AGENT_RBAC
  value: {{ .Values.rbac.autoBindAgent.enabled | quote }}
- name: LEADER_ELECTION
  value: {{ .Values.leaderElection.enabled | quote }}
- name: LOG_LEVEL
  value: {{ .Values.controller.logLevel | quote }}
# Whoever forwards to the Services hears of a replica's end some time after the replica does.
- name: LINGER_SECONDS
  value: "5"
{{- with .Values.controller.logDevMode }}
- name: LOG_DEV_MODE
  value: {{ . | quote }}
{{- end }}
{{- with .Values.watchNamespaces }}
- name: WATCH_NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
{{- if not .Values.metrics.enabled }}
- name: METRICS_ADDRESS
  value: "off"
{{- else if ne (include "stoker-operator.metricsPort" .) "8443" }}
- name: METRICS_ADDRESS
  value: ":{{ include "stoker-operator.metricsPort" . }}"
{{- end }}
{{- if .Values.webhook.enabled }}
- name: WEBHOOK_ADDRESS
  value: ":{{ .Values.webhook.port }}"
- name: WEBHOOK_WHEN_PAUSED
  value: {{ .Values.webhook.whenPaused | quote }}
- name: WEBHOOK_ALLOWED_AGENT_IMAGES
  value: {{ join "," .Values.webhook.allowedAgentImages | default "none" | quote }}
{{- if eq (include "stoker-operator.certificates" .) "mounted" }}
- name: WEBHOOK_CERT_DIR
  value: /etc/stoker/webhook
{{- if not .Values.certManager.enabled }}
- name: WEBHOOK_CONFIGURATION
  value: {{ include "stoker-operator.webhookConfiguration" . | quote }}
{{- end }}
{{- else }}
- name: WEBHOOK_SECRET
  value: {{ include "stoker-operator.certificateSecret" . | quote }}
- name: WEBHOOK_SERVICE
  value: {{ include "stoker-operator.webhookService" . | quote }}
- name: WEBHOOK_CONFIGURATION
  value: {{ include "stoker-operator.webhookConfiguration" . | quote }}
{{- end }}
{{- end }}
{{- if $receiver.enabled }}
- name: RECEIVER_ADDRESS
  value: ":{{ include "stoker-operator.receiverPort" . }}"
{{- range $name, $variable := dict "hmac" "WEBHOOK_HMAC_SECRET" "token" "WEBHOOK_BEARER_TOKEN" }}
{{- with include "stoker-operator.receiverSecret" (list $ $name) }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
