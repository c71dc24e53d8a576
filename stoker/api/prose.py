"""What each field of a GatewaySync means, in a sentence: for the CRD (`kubectl explain`) and the reference.

By path, with ``*`` for the entries of a map and ``[]`` for the items of a list, and not beside the types: these words are read
by people only, and no agent should carry them in memory. A test finds fields without a sentence and sentences without a field.
"""

from __future__ import annotations

from typing import Final

FIELDS: Final[dict[str, str]] = {
    "spec": "What belongs on which gateways, and how it gets there.",
    "spec.git": "Where the files come from.",
    "spec.git.repo": "The repository: https, http, ssh, git@host:path, git:// or file://. Credentials do not belong here.",
    "spec.git.ref": "A branch, a tag, a full commit hash, or a refs/… name. A tag wins over a branch of the same name.",
    "spec.git.auth": "At most one of token, sshKey and githubApp; none for a repository that anyone may read.",
    "spec.git.auth.token": "An access token over HTTPS; the user name is x-access-token.",
    "spec.git.auth.sshKey": "A private key for ssh.",
    "spec.git.auth.sshKey.knownHosts": "The host keys that are trusted, as in known_hosts. Without it any host key is accepted.",
    "spec.git.auth.githubApp": "A GitHub App: the controller exchanges its key for tokens of an hour, and agents only see those.",
    "spec.git.auth.githubApp.appId": "The App's id.",
    "spec.git.auth.githubApp.installationId": "The id of the App's installation in the organisation that owns the repository.",
    "spec.git.auth.githubApp.privateKeySecretRef": "The App's private key in PEM. It never leaves its Secret.",
    "spec.git.auth.githubApp.apiBaseURL": "The API of GitHub, or of a GitHub Enterprise Server (https://HOST/api/v3).",
    "spec.polling": "How often the ref is looked up when no push tells of a change.",
    "spec.polling.enabled": "Without it the ref is looked up once per change of this resource and per request.",
    "spec.polling.interval": "A Go duration above zero, such as 30s, 5m or 1h30m; empty is 60s.",
    "spec.gateway": "How an agent reaches the HTTP API of the gateway beside it.",
    "spec.gateway.port": "The port of the gateway's web server.",
    "spec.gateway.tls": "Whether that port speaks HTTPS; on loopback its certificate is not verified.",
    "spec.gateway.api": "The Secret with the gateway's API key.",
    "spec.gateway.api.secretName": "The Secret's name, in this namespace.",
    "spec.gateway.api.secretKey": "The key in it; its value is NAME:SECRET as the gateway shows it.",
    "spec.sync": "What is synced, by profile.",
    "spec.sync.defaults": "What every profile inherits.",
    "spec.sync.profiles": "By name; a gateway's pod names one with stoker.io/profile, else it gets the one called default.",
    "spec.sync.profiles.*": "What one kind of gateway gets; fields left out are inherited from defaults.",
    "spec.sync.profiles.*.mappings": "From top to bottom; later ones overlay earlier ones.",
    "spec.sync.profiles.*.mappings[]": "One folder or file of the repository, and where it goes.",
    "spec.sync.profiles.*.mappings[].source": "A path in the repository; a Go template such as site-{{.Vars.site}}.",
    "spec.sync.profiles.*.mappings[].destination": "A path below the gateway's data directory; a Go template.",
    "spec.sync.profiles.*.mappings[].type": "What the source is; inferred when left out, and a mismatch is an error.",
    "spec.sync.profiles.*.mappings[].required": "Whether a missing source is an error, and not just skipped. Default: false.",
    "spec.sync.profiles.*.mappings[].template": "Whether the files' contents are Go templates too. Default: false.",
    "spec.sync.profiles.*.mappings[].patches": "Values set in JSON files of this mapping after templating, in order.",
    "spec.sync.profiles.*.mappings[].patches[]": "One set of values.",
    "spec.sync.profiles.*.mappings[].patches[].file": "A glob for the files, below the source. For a folder it must be given.",
    "spec.sync.profiles.*.mappings[].patches[].set": "By path as sjson writes them (a.b.0, a.-1): values, Go templates.",
    "spec.agent": "The sidecar that is injected into pods.",
    "spec.agent.image": "Its image; without a repository that of the installation.",
    "spec.agent.image.repository": "The image's name without a tag.",
    "spec.agent.image.tag": "The tag; empty is latest.",
    "spec.agent.image.pullPolicy": "When the kubelet pulls it.",
    "spec.agent.resources": "What the sidecar asks for and may use; when left out, 50m and 64Mi, at most 200m and 256Mi.",
    "spec.agent.resources.limits": "At most, by name (cpu, memory).",
    "spec.agent.resources.requests": "At least, by name (cpu, memory).",
    "spec.paused": "Nothing is resolved or synced; requests wait.",
    "status": "What the controller found.",
    "status.observedGeneration": "The generation of the spec that this status is about.",
    "status.lastSyncTime": "When the resolved commit last changed.",
    "status.lastSyncRef": "The ref that was resolved, as written.",
    "status.lastSyncCommit": "The commit it resolved to, 40 digits.",
    "status.lastSyncCommitShort": "Its first 7 digits.",
    "status.refResolutionStatus": "Where the look-up stands.",
    "status.profileCount": "How many profiles the spec has.",
    "status.lastHandledRequestedAt": "The value of stoker.io/requested-at that was handled last.",
    "status.conditions": "One of each type; see the reference for types and reasons.",
    "status.conditions[]": "One condition.",
    "status.conditions[].type": "What it is about.",
    "status.conditions[].status": "True, False or Unknown.",
    "status.conditions[].reason": "Why, in one word.",
    "status.conditions[].message": "Why, in a sentence.",
    "status.conditions[].observedGeneration": "The generation of the spec that it is about.",
    "status.conditions[].lastTransitionTime": "When status last flipped.",
    "status.discoveredGateways": "The running gateways that name this resource.",
    "status.discoveredGateways[]": "One gateway, from its pod and its agent's last report.",
    "status.discoveredGateways[].name": "The gateway's name, by annotation, label or pod.",
    "status.discoveredGateways[].namespace": "The pod's namespace.",
    "status.discoveredGateways[].podName": "The pod.",
    "status.discoveredGateways[].serviceAccountName": "The account that the pod runs as; it is bound to the role stoker-agent.",
    "status.discoveredGateways[].profile": "The profile that it gets.",
    "status.discoveredGateways[].syncStatus": "Synced is: the wanted files are in place and no scan is owed.",
    "status.discoveredGateways[].lastSyncTime": "When the agent last synced.",
    "status.discoveredGateways[].lastSyncDuration": "How long that took, such as 1.2s.",
    "status.discoveredGateways[].syncedCommit": "The commit that is on the gateway.",
    "status.discoveredGateways[].syncedRef": "The ref that it came from.",
    "status.discoveredGateways[].agentVersion": "The agent's release.",
    "status.discoveredGateways[].lastScanResult": "What the gateway answered to the scan requests.",
    "status.discoveredGateways[].filesChanged": "Files that the last sync added, modified or deleted.",
    "status.discoveredGateways[].projectsSynced": "The Ignition projects among what is synced.",
    "status.discoveredGateways[].errorMessage": "What the agent cannot do, when syncStatus is Error.",
}
_SETTINGS: Final = {
    "excludePatterns": "Doublestar globs of what is neither written nor cleaned; a profile's are added to the defaults'.",
    "vars": "For templates, as {{.Vars.NAME}}; a profile's override the defaults' one by one.",
    "syncPeriod": "Seconds after which a gateway is compared again, without a push.",
    "designerSessionPolicy": "What an open Designer does to a sync: proceed logs it, wait waits 5 minutes, fail reports it.",
    "dryRun": "Only report what would change.",
    "paused": "Gateways of it are left alone, and left out of AllGatewaysSynced.",
    "driftPolicy": "What becomes of files that were edited on the gateway: report names them, heal restores them.",
}
_SECRET: Final = {
    "secretRef": "One key of a Secret in this namespace.",
    "name": "The Secret's name.",
    "key": "The key in it.",
}
PLACES: Final = ("spec.sync.defaults", "spec.sync.profiles.*")
"""Where the settings stand that a profile inherits."""


def of(path: str) -> str:
    """The sentence for a field; KeyError when there is none."""
    if path in FIELDS:
        return FIELDS[path]
    parent, _, name = path.rpartition(".")
    if parent in PLACES and name in _SETTINGS:
        return _SETTINGS[name]
    if name == "secretRef" or parent.lower().endswith("secretref"):
        return _SECRET[name]
    raise KeyError(path)
