"""One fetch by libgit2: its callbacks, its options, and what it must not be trusted with.

Three things are kept from it. Redirects: it follows none to another host, but any within one, to another port too, whatever
the options say, and ``Redirected`` is for the caller to follow, see ``redirects``. The credential: a callback would give it
to whoever asks after such a redirect, so it stands in the URL, which a redirect replaces; a server that asks all the same
refused it, or is another. Time: it cannot be cancelled, but calls back while data arrives, and is stopped there.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from stoker.errors import GitTimeout, GitUnreachable, StokerError
from stoker.git import failures
from stoker.git.handshake import Handshake
from stoker.git.library import pygit2, trust_authorities
from stoker.git.proxies import proxy_for
from stoker.git.sockets import prompt_sockets

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from stoker.git.credentials import Credentials
    from stoker.git.urls import Place

_REDIRECT_NONE: Final = 1  # GIT_REMOTE_REDIRECT_NONE
_FOLLOW: Final = "http.followRedirects"
NEWS: Final = 5000
"""Objects. A commit of 1,500 files is about 3,000; after a forced push to a history without a common commit a server would
send all of it, and says how many objects that are before it does."""
_COUNTED: Final = re.compile(r"Enumerating objects:\s*(\d+)")


class Transfer:
    """Fetches from one place into one repository; ``received`` counts bytes over all its fetches."""

    def __init__(
        self,
        repository: pygit2.Repository,
        place: Place,
        credentials: Credentials,
        *,
        stop: threading.Event,
        until: float,
    ) -> None:
        """``until``: of ``time.monotonic``. The URL is given to an anonymous remote, so that no configuration holds it."""
        self.received = 0
        self._place = place
        self._credentials = credentials
        self._stop = stop
        self._until = until
        self._repository = repository
        if _FOLLOW not in repository.config:  # what ``connect`` goes by; it takes no such option
            repository.config[_FOLLOW] = False
        self._remote = self._anonymous()

    def _anonymous(self) -> pygit2.Remote:
        address = _with_credential(self._place.url, self._credentials.pair if self._place.transport == "http" else None)
        return self._repository.remotes.create_anonymous(address)

    def fetch_hash(self, commit: str) -> None:
        """The commit alone, by its hash. HashRefused, and what ``fetch`` raises."""
        try:
            self._fetch([commit], depth=1)
        except failures.LIBGIT2_ERRORS as error:
            if failures.is_refused_hash(error):
                raise failures.HashRefused from None
            raise self._told(error) from None

    def fetch_news(self, commit: str) -> bool:
        """The commit by its hash and what lies between it and the one we have; False when that is another history's worth.

        Without a depth there is no list of shallow commits to wait for first, which saves one way to the server and back,
        and where a server writes that list in two pieces the 40 ms of a delayed acknowledgement. HashRefused.
        """
        try:
            self._fetch([commit], depth=0, most=NEWS)
        except _TooMuch:
            self._remote = self._anonymous()  # that connection is in the middle
            return False
        except failures.LIBGIT2_ERRORS as error:
            if failures.is_refused_hash(error):
                raise failures.HashRefused from None
            raise self._told(error) from None
        return True

    def fetch(self, refspecs: Sequence[str], *, depth: int) -> None:
        """Redirected, GitTimeout, GitAuthFailed and what ``failures`` makes of libgit2's errors."""
        try:
            self._fetch(refspecs, depth=depth)
        except failures.LIBGIT2_ERRORS as error:
            raise self._told(error) from None

    def _fetch(self, refspecs: Sequence[str], *, depth: int, most: int | None = None) -> None:
        callbacks = _Callbacks(self._place, self._credentials, stop=self._stop, until=self._until, most=most)
        callbacks.check_time()
        try:
            if self._place.url.startswith("https:"):
                trust_authorities()
            proxy = proxy_for(self._place.url)
            with prompt_sockets():
                self._remote.connect(callbacks=callbacks, proxy=proxy)
            self._remote.fetch(list(refspecs), callbacks=callbacks, depth=depth, proxy=proxy)
        except failures.LIBGIT2_ERRORS as error:
            if self._place.transport == "http" and failures.is_redirect(error):
                raise failures.Redirected from None
            if self._place.url.startswith("http:") and failures.is_distrust(error):
                raise failures.Redirected from None  # within its host, to https, for which nothing was trusted yet
            raise
        finally:
            self.received += callbacks.received

    def _told(self, error: BaseException) -> StokerError:
        """Ours; where it may be the way, with what libgit2 cannot do."""
        told, url = failures.of_libgit2(error, self._place.shown), self._place.url
        if isinstance(told, GitUnreachable | GitTimeout) and url.startswith("http:") and proxy_for(url):
            return type(told)(f"{told.message}; fetches over http:// go through no proxy: use https")
        return told


def _with_credential(url: str, pair: tuple[str, str] | None) -> str:
    if pair is None:
        return url
    scheme, _, rest = url.partition("://")
    user, password = (quote(part, safe="", errors="surrogatepass") for part in pair)
    return f"{scheme}://{user}:{password}@{rest}"


class _TooMuch(Exception):  # noqa: N818 - an answer, not an error
    """More objects than a fetch without a depth may bring."""


class _Callbacks(Handshake):
    def __init__(
        self, place: Place, credentials: Credentials, *, stop: threading.Event, until: float, most: int | None
    ) -> None:
        super().__init__(place, credentials)
        self._most = most
        self._stop = stop
        self._until = until
        self.received = 0

    @property
    def fetch_options(self) -> Any:
        """libgit2's git_fetch_options, which pygit2 sets here before it fetches."""
        return self._options

    @fetch_options.setter
    def fetch_options(self, options: Any) -> None:
        options.update_fetchhead = 0
        options.follow_redirects = _REDIRECT_NONE
        self._options = options

    def sideband_progress(self, string: str) -> None:
        """Called while the server counts and compresses: what it counts is what it would send."""
        counted = _COUNTED.search(string)
        if counted is not None:
            self._check_count(int(counted[1]))
        self.check_time()

    def transfer_progress(self, stats: pygit2.remotes.TransferProgress) -> None:
        """Called while objects arrive."""
        self.received = stats.received_bytes
        self._check_count(stats.total_objects)
        self.check_time()

    def _check_count(self, objects: int) -> None:
        if self._most is not None and objects > self._most:
            raise _TooMuch

    def check_time(self) -> None:
        """GitTimeout when nobody waits for this fetch any more."""
        if self._stop.is_set() or time.monotonic() > self._until:
            raise GitTimeout(f"{self._place.shown}: fetch given up after its deadline; it begins anew")
