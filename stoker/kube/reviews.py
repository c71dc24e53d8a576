"""Who bears a token, and whether they may read a path: asked of the API server, which knows, and remembered briefly.

A review is created like an object and answered with its status; nothing is stored. Answers are kept by a digest of the
token, for a minute when it may and for ten seconds when it may not, in bounded number; strangers who try tokens wait for
one another, so that the API server gets no more than a few reviews at once from here.
Wire format: ``authentication.k8s.io/v1`` TokenReview, ``authorization.k8s.io/v1`` SubjectAccessReview.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import trio

from stoker.api.objects import Document, ObjectMeta
from stoker.kube.cluster import Kind

if TYPE_CHECKING:
    from stoker.kube.cluster import Cluster

Verdict = Literal["allowed", "unknown", "forbidden"]
REVIEW_SECONDS: Final = 10.0
KEPT_SECONDS: Final[dict[Verdict, float]] = {"allowed": 60.0, "unknown": 10.0, "forbidden": 10.0}
MOST: Final = 256
AT_ONCE: Final = 4
LONGEST_TOKEN: Final = 16 * 1024


class TokenStatus(Document, frozen=True, kw_only=True):
    """``user``: username, uid, groups and extra, handed on as they came."""

    authenticated: bool = False
    user: dict[str, Any] = msgspec.field(default_factory=dict)


class TokenReview(Document, frozen=True, kw_only=True):
    """Whose token it is."""

    metadata: ObjectMeta = ObjectMeta()
    status: TokenStatus = TokenStatus()


class AccessStatus(Document, frozen=True, kw_only=True):
    """Whether the access is granted."""

    allowed: bool = False


class SubjectAccessReview(Document, frozen=True, kw_only=True):
    """What somebody may do."""

    metadata: ObjectMeta = ObjectMeta()
    status: AccessStatus = AccessStatus()


TOKENREVIEWS: Final = Kind(
    "authentication.k8s.io/v1", "TokenReview", "tokenreviews", TokenReview, has_status=True, namespaced=False
)
ACCESSREVIEWS: Final = Kind(
    "authorization.k8s.io/v1",
    "SubjectAccessReview",
    "subjectaccessreviews",
    SubjectAccessReview,
    has_status=True,
    namespaced=False,
)


class Reviewer:
    """Judges bearers of tokens."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._kept: OrderedDict[bytes, tuple[Verdict, float]] = OrderedDict()
        self._limit = trio.CapacityLimiter(AT_ONCE)

    async def may_get(self, token: str, path: str) -> Verdict:
        """Whether the bearer of ``token`` may GET the non-resource URL ``path``; ``unknown``: nobody bears it.

        Raises the store's errors, and trio.TooSlowError after ten seconds: then nothing is known, and nothing granted.
        """
        if not token or len(token) > LONGEST_TOKEN:
            return "unknown"
        key = hashlib.sha256(f"{path}\x00{token}".encode("utf-8", "surrogatepass")).digest()
        with trio.fail_after(REVIEW_SECONDS):
            async with self._limit:
                verdict = self._remembered(key)
                if verdict is None:
                    verdict = await self._ask(token, path)
                    self._remember(key, verdict)
        return verdict

    def _remembered(self, key: bytes) -> Verdict | None:
        verdict, since = self._kept.get(key, ("unknown", float("-inf")))
        return verdict if trio.current_time() - since < KEPT_SECONDS[verdict] else None

    def _remember(self, key: bytes, verdict: Verdict) -> None:
        self._kept[key] = verdict, trio.current_time()
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    async def _ask(self, token: str, path: str) -> Verdict:
        review = await self._cluster.create(TOKENREVIEWS, "", {"spec": {"token": token}})
        if not review.status.authenticated:
            return "unknown"
        user = review.status.user
        spec: dict[str, Any] = {
            "nonResourceAttributes": {"path": path, "verb": "get"},
            "user": user.get("username", ""),
        }
        spec |= {field: user[field] for field in ("groups", "uid", "extra") if user.get(field)}
        access = await self._cluster.create(ACCESSREVIEWS, "", {"spec": spec})
        return "allowed" if access.status.allowed else "forbidden"
