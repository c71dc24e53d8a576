"""URLs and refs that would be options, commands, other requests or other files, were they handed on as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitUrlInvalid, RefNotFound
from tests.hostile.cases import Case, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.ground import Ground


def asked(ref: str, url: str = "") -> Callable[[Ground], None]:
    """A good commit, asked for by that ref and URL."""

    def make(ground: Ground) -> None:
        ground.holds(ground.plain())
        ground.ref, ground.url = ref, url

    return make


URLS = [
    "--upload-pack=touch /tmp/ran",
    "-oProxyCommand=touch /tmp/ran",
    "ext::sh -c touch% /tmp/ran",
    "ext::touch",
    "fd::17",
    "ssh://-oProxyCommand=x/repo",
    "ssh://-oProxyCommand=x@host/repo",
    "-x@host:repo",
    "git@-oProxyCommand=x:repo",
    "[git@-oProxyCommand=x:22]:repo",
    "file://host/srv/repo",
    "file:///srv/repo\0/x",
    "file:///srv/repo%00/x",
    "file:relative",
    "/srv/repo",
    "../repo",
    "https://",
    "https://host:99999/repo",
    "https://host/repo\nHost: other",
    "https://host/repo?x=1",
    "javascript:alert(1)",
    "git://host/repo\x00host=other",
    "\u202ehttps://host/repo",
]
REFS = [
    "--upload-pack=x",
    "-x",
    "a b",
    "a\nb",
    "a\0b",
    "..",
    "a..b",
    "../../../HEAD",
    "refs/../HEAD",
    "a:b",
    "+a",
    "*",
    "refs/heads/*",
    "@{-1}",
    "main~1",
    "main^{tree}",
    "x" * 5000,
    "\udce9",
    "HEAD.lock",
    "refs/heads/",
]
NO_REF, BAD_URL = Refused(RefNotFound, ("no branch or tag",)), Refused(GitUrlInvalid, ("repository URL",))
CASES = [
    *(Case(f"the URL {url[:40]!r}", asked("main", url), BAD_URL) for url in URLS),
    *(Case(f"the ref {ref[:40]!r}", asked(ref), NO_REF) for ref in REFS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_name_is_refused(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
