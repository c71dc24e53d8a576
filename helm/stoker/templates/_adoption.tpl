{{/* What is there once for a cluster may be there already. (dict "root" $ "kind" "CustomResourceDefinition" "name" N "found" OBJECT) */}}

{{- /* Whose it is: ours, anothers (another release's), or nobodys (kubectl's, or that of a chart's crds/). */}}
{{- define "stoker-operator.owner" -}}
{{- $marks := .found.metadata.annotations | default dict -}}
{{- $release := get $marks "meta.helm.sh/release-name" -}}
{{- $namespace := get $marks "meta.helm.sh/release-namespace" -}}
{{- if or (not $release) (ne (get (.found.metadata.labels | default dict) "app.kubernetes.io/managed-by") "Helm") -}}
nobodys
{{- else if and (eq $release .root.Release.Name) (eq $namespace .root.Release.Namespace) -}}
ours
{{- else -}}
anothers
{{- end -}}
{{- end }}

{{- define "stoker-operator.adoption" -}}
{{- $release := .root.Release -}}
the {{ .kind }} {{ .name }} is in the cluster and not of this release (an older chart, another release or kubectl made it).
Hand it over, which changes nothing that it holds, and run the same helm command again:
  kubectl annotate {{ .kind | lower }} {{ .name }} meta.helm.sh/release-name={{ $release.Name }} meta.helm.sh/release-namespace={{ $release.Namespace }} --overwrite
  kubectl label {{ .kind | lower }} {{ .name }} app.kubernetes.io/managed-by=Helm --overwrite
{{- end }}
