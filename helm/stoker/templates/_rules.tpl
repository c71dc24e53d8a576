{{/* What the manager may do where GatewaySyncs live: everywhere, or in each of watchNamespaces. Every verb is used: a test takes each away. */}}

{{- define "stoker-operator.managerRules" -}}
- apiGroups: [stoker.io]
  resources: [gatewaysyncs]
  verbs: [get, list, watch, patch]
- apiGroups: [stoker.io]
  resources: [gatewaysyncs/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, delete]
# By name, never listed: a resource's credentials, and the token that its agents mount.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- if .Values.rbac.autoBindAgent.enabled }}
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings]
  verbs: [get, list, watch, create, patch, delete]
# It may give away this role, and no other.
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  resourceNames: [stoker-agent]
  verbs: [bind]
{{- end }}
{{- end }}

{{- define "stoker-operator.managerSubject" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "stoker-operator.manager" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
