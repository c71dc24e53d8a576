"""Changes of the least spec that must be taken, edges of every bound among them."""

from __future__ import annotations

from typing import Final

from tests.api.samples import APP, AUTH, DEFAULT, MAPPING, PROFILES, SECRET, Change

_PROFILE = {"mappings": [{"source": "a", "destination": "b"}]}

GOOD: Final = (
    *(
        Change(("git", "repo"), repo)
        for repo in (
            "http://h/r",
            "ssh://git@h:22/r.git",
            "git@h:r.git",
            "git://h/r",
            "file:///srv/r.git",
            "x" * 2048,
        )
    ),
    *(Change(("git", "ref"), ref) for ref in ("v1.2", "refs/tags/v1", "a" * 40, "r" * 512)),
    Change(AUTH, {}),
    Change(AUTH, {"token": {"secretRef": SECRET}}),
    Change(AUTH, {"sshKey": {"secretRef": SECRET}}),
    Change(AUTH, {"githubApp": APP}),
    Change(AUTH, {"githubApp": {**APP, "apiBaseURL": "https://ghe.example/api/v3", "appId": 2**40}}),
    *(
        Change(("polling", "interval"), text)
        for text in (
            "",
            "1ns",
            "30s",
            "1h30m",
            ".5s",
            "1.s",
            "+1m",
            "100µs",
            "100μs",
            "0h1s",
            "00001s",
            "99999h" * 10,
            "9999999m" * 8,
            "168h",
            "604800s",
            "0.0000000001ns",
        )
    ),
    Change(AUTH, {"githubApp": {**APP, "apiBaseURL": ""}}),
    Change(("polling", "enabled"), False),
    Change(("polling",), {}),
    *(Change(("gateway", "port"), port) for port in (1, 65535)),
    Change(("gateway", "api", "secretKey"), "k" * 253),
    *(Change(("sync", "defaults", "syncPeriod"), seconds) for seconds in (5, 3600)),
    *(Change((*DEFAULT, "syncPeriod"), seconds) for seconds in (5, 3600)),
    *(Change((*DEFAULT, "designerSessionPolicy"), policy) for policy in ("proceed", "wait", "fail")),
    *(Change((*DEFAULT, "driftPolicy"), policy) for policy in ("report", "heal")),
    *(Change((*DEFAULT, "vars"), {name: "v"}) for name in ("a", "_", "A9_z", "x" * 200)),
    Change((*DEFAULT, "vars"), {f"v{index}": "x" * 4096 for index in range(256)}),
    Change((*DEFAULT, "excludePatterns"), ["x" * 512] * 256),
    Change(("sync", "defaults", "excludePatterns"), []),
    Change((*PROFILES, "p" * 63), _PROFILE),
    Change((*PROFILES, "Line 2.a"), _PROFILE),
    Change((*DEFAULT, "mappings"), [{"source": "a", "destination": "b"}] * 64),
    *(
        Change((*MAPPING, "source"), path)
        for path in (".", "a/b", "..a", "a..", "a/..b/c", "...", "{{.Vars.x}}/a", "s" * 255)
    ),
    *(Change((*MAPPING, "destination"), path) for path in (".", "./a", "a//b", "a/", "..a/b")),
    Change((*MAPPING, "patches"), [{"set": {"a": "1"}}]),
    Change(MAPPING, {"source": "a", "destination": "b", "type": "file", "patches": [{"set": {"a": "1"}, "file": ""}]}),
    Change(
        MAPPING,
        {"source": "a", "destination": "b", "type": "dir", "patches": [{"set": {"a": "1"}, "file": "**/*.json"}]},
    ),
    Change(("agent",), {}),
    Change(("agent", "image"), {"repository": "r"}),
    Change(("agent", "image"), {"repository": "", "tag": "", "pullPolicy": ""}),
    *(
        Change(("agent", "resources"), {"limits": {"cpu": amount}})
        for amount in (2, "2", "250m", "1.5", ".5", "1.", "128Mi", "1e3", "1E-2", "+1", "10n")
    ),
    Change(("agent", "resources"), {"requests": {"example.com/gpu": 1}}),
    Change(("paused",), True),
    # As the API server stores them: an entry that is null is absent, and a whole number is an integer.
    *(Change(path, None) for path in (AUTH, ("polling",), ("polling", "interval"), ("gateway", "tls"), ("paused",))),
    Change(AUTH, {"token": None, "sshKey": None}),
    Change(AUTH, {"token": {"secretRef": SECRET}, "githubApp": None}),
    Change((*DEFAULT, "vars"), {"site": None, "line": "2"}),
    Change((*PROFILES, "other"), None),
    Change((*MAPPING, "type"), None),
    Change((*MAPPING, "patches"), [{"set": {"a": "1", "b": None}, "file": None}]),
    Change(("gateway", "port"), 8088.0),
    Change(("agent", "resources"), {"limits": {"cpu": 2.0, "memory": None}}),
    Change(("git", "ref"), "ä" * 512),
    Change(("git", "ref"), "\U0001f600" * 512),
)
