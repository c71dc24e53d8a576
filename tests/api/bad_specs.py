"""Changes of the least spec that must be refused, each with the path that is named and the remedy that is told."""

from __future__ import annotations

from typing import Final

from tests.api.samples import APP, AUTH, DEFAULT, GONE, MAPPING, PROFILES, SECRET, Bad

_M = "spec.sync.profiles.default.mappings[0]"
_D = "spec.sync.profiles.default"
_PATCH = {"set": {"a": "1"}}
_TOKEN = {"secretRef": SECRET}
_IDENTIFIER = "letters, digits and _, not beginning with a digit"

REQUIRED: Final = (
    Bad(("git",), GONE, "spec.git", "is required; add it"),
    Bad(("gateway",), GONE, "spec.gateway", "is required; add it"),
    Bad(("sync",), GONE, "spec.sync", "is required; add it"),
    Bad(("git", "repo"), GONE, "spec.git.repo", "is required; add it"),
    Bad(("git", "ref"), GONE, "spec.git.ref", "is required; add it"),
    Bad(("gateway", "api"), GONE, "spec.gateway.api", "is required; add it"),
    Bad(("gateway", "api", "secretName"), GONE, "spec.gateway.api.secretName", "is required; add it"),
    Bad(PROFILES, GONE, "spec.sync.profiles", "is required; add it"),
    Bad((*DEFAULT, "mappings"), GONE, f"{_D}.mappings", "is required; add it"),
    Bad((*MAPPING, "source"), GONE, f"{_M}.source", "is required; add it"),
    Bad((*MAPPING, "destination"), GONE, f"{_M}.destination", "is required; add it"),
    Bad((*MAPPING, "patches"), [{"file": "a"}], f"{_M}.patches[0].set", "is required; add it"),
    Bad(AUTH, {"token": {}}, "spec.git.auth.token.secretRef", "is required; add it"),
    Bad(AUTH, {"token": {"secretRef": {"name": "s"}}}, "spec.git.auth.token.secretRef.key", "is required; add it"),
    Bad(AUTH, {"sshKey": {"secretRef": {"key": "k"}}}, "spec.git.auth.sshKey.secretRef.name", "is required; add it"),
    Bad(
        AUTH,
        {"sshKey": {**_TOKEN, "knownHosts": {}}},
        "spec.git.auth.sshKey.knownHosts.secretRef",
        "is required; add it",
    ),
    Bad(AUTH, {"githubApp": {**APP, "appId": None}}, "spec.git.auth.githubApp.appId", "is required; add it"),
    Bad(
        AUTH,
        {"githubApp": {"appId": 1, "installationId": 2}},
        "spec.git.auth.githubApp.privateKeySecretRef",
        "is required; add it",
    ),
)
BOUNDS: Final = (
    Bad(("git", "repo"), "", "spec.git.repo", "at least 1 characters"),
    Bad(("git", "repo"), "x" * 2049, "spec.git.repo", "more than 2048 characters; shorten it"),
    Bad(("git", "ref"), "", "spec.git.ref", "at least 1 characters"),
    Bad(("git", "ref"), "r" * 513, "spec.git.ref", "more than 512 characters; shorten it"),
    Bad(("git", "ref"), "ä" * 513, "spec.git.ref", "more than 512 characters; shorten it"),
    Bad(AUTH, {"githubApp": {**APP, "appId": 2**53}}, "spec.git.auth.githubApp.appId", f"at most {2**53 - 1}"),
    Bad(AUTH, {"token": {"secretRef": {"name": "", "key": "k"}}}, "spec.git.auth.token.secretRef.name", "at least 1"),
    Bad(AUTH, {"githubApp": {**APP, "appId": 0}}, "spec.git.auth.githubApp.appId", "at least 1"),
    Bad(AUTH, {"githubApp": {**APP, "installationId": -1}}, "spec.git.auth.githubApp.installationId", "at least 1"),
    Bad(("polling", "interval"), "1s" * 33, "spec.polling.interval", "more than 64 characters"),
    Bad(("gateway", "port"), 0, "spec.gateway.port", "0 must be at least 1"),
    Bad(("gateway", "port"), 65536, "spec.gateway.port", "65536 must be at most 65535"),
    Bad(("gateway", "api", "secretName"), "", "spec.gateway.api.secretName", "at least 1 characters"),
    Bad(("sync", "defaults", "syncPeriod"), 4, "spec.sync.defaults.syncPeriod", "4 must be at least 5"),
    Bad(("sync", "defaults", "syncPeriod"), 3601, "spec.sync.defaults.syncPeriod", "3601 must be at most 3600"),
    Bad((*DEFAULT, "syncPeriod"), 4, f"{_D}.syncPeriod", "4 must be at least 5"),
    Bad((*DEFAULT, "syncPeriod"), 3601, f"{_D}.syncPeriod", "3601 must be at most 3600"),
    Bad(PROFILES, {}, "spec.sync.profiles", "at least 1 entries"),
    Bad((*DEFAULT, "mappings"), [], f"{_D}.mappings", "at least 1 item"),
    Bad((*DEFAULT, "mappings"), [{"source": "a", "destination": "b"}] * 65, f"{_D}.mappings", "more than 64 items"),
    Bad((*MAPPING, "source"), "", f"{_M}.source", "at least 1 characters"),
    Bad((*MAPPING, "source"), "s" * 256, f"{_M}.source", "more than 255 characters"),
    Bad((*MAPPING, "destination"), "", f"{_M}.destination", "at least 1 characters"),
    Bad((*MAPPING, "destination"), "d" * 256, f"{_M}.destination", "more than 255 characters"),
    Bad((*MAPPING, "patches"), [{"set": {}}], f"{_M}.patches[0].set", "at least 1 entries"),
    Bad((*MAPPING, "patches"), [_PATCH] * 65, f"{_M}.patches", "more than 64 items"),
    Bad((*DEFAULT, "excludePatterns"), ["x"] * 257, f"{_D}.excludePatterns", "more than 256 items"),
    Bad((*DEFAULT, "excludePatterns"), ["a", "x" * 513], f"{_D}.excludePatterns[1]", "more than 512 characters"),
    Bad((*DEFAULT, "vars"), {f"v{n}": "" for n in range(257)}, f"{_D}.vars", "more than 256 entries"),
    Bad((*DEFAULT, "vars"), {"v": "x" * 4097}, f"{_D}.vars.v", "more than 4096 characters"),
)
TYPES: Final = (
    Bad(("git",), "main", "spec.git", "a string, but must be an object"),
    Bad(("git", "repo"), 7, "spec.git.repo", "an integer, but must be a string"),
    Bad(("git", "ref"), 1.5, "spec.git.ref", "a number, but must be a string"),
    Bad(("polling", "enabled"), "yes", "spec.polling.enabled", "'yes', but must be true or false"),
    Bad(("polling", "interval"), 60, "spec.polling.interval", "60, but must be a string"),
    Bad(("gateway", "port"), "8088", "spec.gateway.port", "'8088', but must be an integer"),
    Bad(("gateway", "port"), 8088.5, "spec.gateway.port", "8088.5, but must be an integer"),
    Bad(("gateway", "port"), True, "spec.gateway.port", "True, but must be an integer"),
    Bad(("gateway", "tls"), 1, "spec.gateway.tls", "1, but must be true or false"),
    Bad(PROFILES, [], "spec.sync.profiles", "a list, but must be an object"),
    Bad(DEFAULT, None, "spec.sync.profiles", "at least 1 entries"),
    Bad((*DEFAULT, "mappings"), [None], f"{_D}.mappings[0]", "null, but must be an object"),
    Bad((*DEFAULT, "excludePatterns"), ["a", None], f"{_D}.excludePatterns[1]", "null, but must be a string"),
    Bad((*MAPPING, "patches"), [{"set": {"a": None}}], f"{_M}.patches[0].set", "at least 1 entries"),
    Bad((*DEFAULT, "mappings"), {}, f"{_D}.mappings", "an object, but must be a list"),
    Bad(MAPPING, "projects", _M, "'projects', but must be an object"),
    Bad((*MAPPING, "required"), "true", f"{_M}.required", "'true', but must be true or false"),
    Bad((*MAPPING, "template"), 1, f"{_M}.template", "1, but must be true or false"),
    Bad((*MAPPING, "type"), 5, f"{_M}.type", "5, but must be a string"),
    Bad((*MAPPING, "patches"), [{"set": {"a": 1}}], f"{_M}.patches[0].set.a", "1, but must be a string"),
    Bad((*DEFAULT, "excludePatterns"), "**", f"{_D}.excludePatterns", "'**', but must be a list"),
    Bad((*DEFAULT, "vars"), {"line": 2}, f"{_D}.vars.line", "an integer, but must be a string"),
    Bad(
        ("agent", "resources"),
        {"limits": {"cpu": 0.5}},
        "spec.agent.resources.limits.cpu",
        "must be an integer or a str",
    ),
    Bad(("paused",), "no", "spec.paused", "'no', but must be true or false"),
)
WORDS: Final = (
    Bad((*MAPPING, "type"), "folder", f"{_M}.type", "'folder' must be one of dir, file"),
    Bad((*DEFAULT, "designerSessionPolicy"), "stop", f"{_D}.designerSessionPolicy", "one of fail, proceed, wait"),
    Bad((*DEFAULT, "driftPolicy"), "fix", f"{_D}.driftPolicy", "'fix' must be one of heal, report"),
    Bad(("sync", "defaults", "driftPolicy"), "", "spec.sync.defaults.driftPolicy", "one of heal, report"),
    Bad(
        ("agent", "image"),
        {"pullPolicy": "always"},
        "spec.agent.image.pullPolicy",
        'one of "", Always, IfNotPresent, Never',
    ),
    Bad(("agent", "resources"), {"limits": {"cpu": "lots"}}, "spec.agent.resources.limits.cpu", "250m, 2 or 128Mi"),
    Bad(
        ("agent", "resources"), {"requests": {"memory": "1 Gi"}}, "spec.agent.resources.requests.memory", "no quantity"
    ),
    Bad(("agent", "resources"), {"limits": {"cpu": "1\n"}}, "spec.agent.resources.limits.cpu", "no quantity"),
    Bad(("git", "reff"), "main", "spec.git.reff", "did you mean ref?", "us"),
    Bad(("git", "branch"), None, "spec.git.branch", "unknown field; known are auth, ref, repo", "us"),
    Bad(("poling",), {}, "spec.poling", "did you mean polling?", "us"),
    Bad((*MAPPING, "dest"), "x", f"{_M}.dest", "unknown field; did you mean destination?", "us"),
    Bad((*DEFAULT, "zzz"), 1, f"{_D}.zzz", "unknown field; known are designerSessionPolicy, driftPolicy", "us"),
    Bad(("agent", "resources"), {"limit": {"cpu": 1}}, "spec.agent.resources.limit", "did you mean limits?", "us"),
    Bad(
        AUTH,
        {"token": {"secretRef": SECRET, "token": "ghp_x"}},
        "spec.git.auth.token.token",
        "known are secretRef",
        "us",
    ),
)
RULES: Final = (
    *(
        Bad(AUTH, auth, "spec.git.auth", f"only one method may be given, found {found}; remove all but one", "cel")
        for auth, found in (
            ({"token": _TOKEN, "sshKey": _TOKEN}, "token, sshKey"),
            ({"token": _TOKEN, "githubApp": APP}, "token, githubApp"),
            ({"sshKey": _TOKEN, "githubApp": APP}, "sshKey, githubApp"),
            ({"token": _TOKEN, "sshKey": _TOKEN, "githubApp": APP}, "token, sshKey, githubApp"),
        )
    ),
    *(
        Bad(("polling", "interval"), text, "spec.polling.interval", "write one like 30s, 5m or 1h30m", "cel")
        for text in (
            "60",
            "0",
            "0s",
            "0h0m",
            "-5s",
            "5 s",
            " 5s",
            "5s\n",
            "1d",
            "soon",
            "s",
            ".s",
            "+",
            "١s",
            "999999999h",
            "100000h",
            "10000000s",
            "0.0s",
        )
    ),
    *(
        Bad((*MAPPING, "source"), path, f"{_M}.source", "is absolute; write it relative", "cel")
        for path in ("/", "/a", "//a")
    ),
    *(
        Bad(
            (*MAPPING, "source"),
            path,
            f"{_M}.source",
            "has a '..' component (path traversal); name the place itself",
            "cel",
        )
        for path in ("..", "../a", "a/..", "a/../b", "a/b/..")
    ),
    *(
        Bad(
            (*MAPPING, "destination"),
            path,
            f"{_M}.destination",
            "has a '..' component (path traversal); name the place itself",
            "cel",
        )
        for path in ("..", "../a", "projects/..", "{{.Vars.a}}/../b")
    ),
    Bad((*MAPPING, "destination"), "/data", f"{_M}.destination", "is absolute; write it relative", "cel"),
    *(
        Bad((*DEFAULT, "vars"), {name: "v"}, f"{_D}.vars{step}", _IDENTIFIER, "cel")
        for name, step in (
            ("9a", ".9a"),
            ("a-b", ".a-b"),
            ("", "['']"),
            ("a b", "['a b']"),
            ("ä", "['ä']"),
            ("a\n", "['a\\n']"),
        )
    ),
    Bad(("sync", "defaults", "vars"), {"a.b": "v"}, "spec.sync.defaults.vars.a.b", _IDENTIFIER, "cel"),
    *(
        Bad(
            MAPPING,
            {"source": "a", "destination": "b", "type": "dir", "patches": [{**_PATCH, "file": "x"}, patch]},
            f"{_M}.patches[1].file",
            "must say which file; give a glob",
            "cel",
        )
        for patch in (_PATCH, {**_PATCH, "file": ""})
    ),
    Bad((*PROFILES, "p" * 64), {"mappings": []}, f"spec.sync.profiles.{'p' * 64}", "1 to 63 characters, not 64", "cel"),
    Bad((*PROFILES, ""), {"mappings": []}, "spec.sync.profiles['']", "1 to 63 characters, not 0", "cel"),
)
BAD: Final = (*REQUIRED, *BOUNDS, *TYPES, *WORDS, *RULES)
