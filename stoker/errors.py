"""Every error that Stoker raises, in one tree whose second level says what happens next.

    StokerError
    ├── Transient   the world may mend by itself: retry with backoff
    ├── Waiting     someone else must act (grant, push, commission): retry slowly and say who
    └── Terminal    the user must edit what they wrote: retrying unchanged input is useless

An error is raised at the edge, from the foreign one, by one table per adapter. The message is one line that names the
thing, the place and the remedy, and never holds a secret; whoever catches it prints it unchanged. ``reason`` is the
stable CamelCase word for logs and events. This module imports nothing of ours, so every room may raise from it.
"""

from __future__ import annotations

from typing import ClassVar


class StokerError(Exception):
    """Base of all: ``str(error)`` is one line for a human, ``reason`` a stable word for a machine."""

    reason: ClassVar[str] = "Error"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """``retry_after``: seconds the other side asked us to wait, when it did."""
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.reason = cls.__name__


class Transient(StokerError):  # noqa: N818 - a decision, not an error of its own
    """Retry with backoff; nobody needs to do anything yet."""


class Waiting(StokerError):  # noqa: N818 - a decision, not an error of its own
    """Somebody other than Stoker must act; retry slowly meanwhile."""


class Terminal(StokerError):  # noqa: N818 - a decision, not an error of its own
    """The input is wrong and stays wrong until its author edits it."""


# --- processes ---------------------------------------------------------------------------------------------------
class SettingsInvalid(Terminal):
    """Flags or environment are wrong; the message lists every fault."""


class ServiceReturned(Terminal):
    """A root service ended without being asked to, which is as fatal as a crash."""


class ServiceFailed(Terminal):
    """A service kept failing; the process ends so that its supervisor takes over."""


class AddressUnusable(Waiting):
    """An address to serve on is taken, forbidden or not of this machine."""


class ApplicationFailed(Transient):
    """What a server serves did not start, or ended before it was asked to."""


class DeadlineExceeded(Transient):
    """A blocking call was given up after its bound."""


class StateLocked(Waiting):
    """Another process holds the state directory."""


class ManifestInvalid(Terminal):
    """A manifest file cannot be used; the message lists file, document and fault."""


# --- api ---------------------------------------------------------------------------------------------------------
class SpecInvalid(Terminal):
    """A GatewaySync breaks its schema or rules. ``faults``: (field path, what is wrong and the remedy), all at once."""

    def __init__(self, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class HandoffInvalid(Waiting):
    """A hand-over document (metadata, report, history) cannot be read; its writer must write it anew."""


class BindingRefused(Terminal):
    """A pod names no resource, an absent one, or an absent profile."""


class InjectionRefused(Terminal):
    """A pod that asks for an agent gets none: its image is not allowed or not known, or its resource is paused."""


# --- kube --------------------------------------------------------------------------------------------------------
class ClusterError(Transient):
    """The object store answered with a failure that may pass."""


class ObjectNotFound(Waiting):
    """The named object does not exist."""


class AlreadyExists(Transient):
    """Created by someone else meanwhile: read and go on."""


class Conflict(Transient):
    """The object changed since it was read: read again."""


class WatchExpired(Transient):
    """410: the watch's version is gone, list again."""


class TooManyRequests(Transient):
    """429: obey ``retry_after``."""


class ClusterUnreachable(Transient):
    """No answer from the API server."""


class Unauthorized(Waiting):
    """401 from the API server: the credential is missing or expired."""


class Forbidden(Waiting):
    """403 from the API server: a role is missing. The message ends with the command that mends it."""


class LeadershipLost(Transient):
    """Another replica leads, or may by now: what is still to be written is its business."""


class ObjectRejected(Terminal):
    """422/400: the API server refused the object."""


class ObjectTooLarge(Terminal):
    """The object would pass the 1 MiB limit."""


# --- git ---------------------------------------------------------------------------------------------------------
class GitUnreachable(Transient):
    """No connection, or it broke on the way."""


class GitTimeout(Transient):
    """The git server did not answer within the bound."""


class GitServerError(Transient):
    """The server answered 5xx, or something that is not git."""


class GitBusy(Transient):
    """An abandoned fetch still runs in its thread; none begins before it ends."""


class GitWorkerLost(Transient):
    """A process that does git work could not be started, or ended in the middle."""


class StoreBroken(Transient):
    """The local object store is damaged; it is fetched anew."""


class StoreUnwritable(Transient):
    """The folder of the git stores cannot be written: disk full, no permission, read-only."""


class CommitGone(Transient):
    """The named commit is not on the server any more; a later resolution names another."""


class RefNotFound(Waiting):
    """The repository has no such branch, tag or ref."""


class RepositoryEmpty(Waiting):
    """The repository has no commit yet."""


class RepositoryNotFound(Waiting):
    """The server knows no such repository, or hides it from this credential."""


class GitAuthFailed(Waiting):
    """The server refused the credential, or wants one."""


class HostKeyRefused(Waiting):
    """The ssh host is not in ``known_hosts``, or shows another key than the one there."""


class CredentialsInvalid(Waiting):
    """A Secret or file that should hold a credential is missing or unusable."""


class GitHubAppExchangeFailed(Transient):
    """GitHub gave no installation token, for a reason that may pass: no answer, a failure of its own, a rate limit."""


class GitHubAppRefused(Waiting):
    """No installation token until somebody mends the app, its installation, its key or the API's URL."""


class GitUrlInvalid(Terminal):
    """The repository URL cannot be used."""


# --- sync --------------------------------------------------------------------------------------------------------
class PlanInvalid(Terminal):
    """The mappings cannot be carried out on this tree (missing source, wrong type, escaping path)."""


class TemplateInvalid(Terminal):
    """A template cannot be parsed or rendered; the message names file, line and the missing key."""


class PatchInvalid(Terminal):
    """A patch cannot be applied: the file is no JSON, or the path leads nowhere; the message names file, path and remedy."""


class MassDeleteRefused(Terminal):
    """The sync would delete more than half of what is managed; the message prints the annotation that allows it."""


class DirectoryBusy(Waiting):
    """Another agent holds the data directory's lock."""


class DataDirectoryMissing(Waiting):
    """The data directory is not there or is no directory."""


class StagingFailed(Transient):
    """Nothing live was changed: disk full, no permission, I/O error while staging."""


class MergeFailed(Transient):
    """The merge met an error and was undone: the old state is live."""


class JournalUnsettled(Transient):
    """A merge could be neither completed nor undone; the journal is kept and nothing else runs until it is settled."""


class StateUnreadable(Terminal):
    """Our own state in the data directory is of a newer format or not ours."""


# --- ignition ----------------------------------------------------------------------------------------------------
class GatewayUnreachable(Transient):
    """Nothing at the gateway's address gives an answer."""


class GatewayDown(Transient):
    """Nobody listens at the gateway's port: its process is not there, which no busy gateway looks like."""


class GatewayStarting(Transient):
    """503: the gateway is still starting."""


class GatewayTimeout(Transient):
    """The gateway did not answer within the bound."""


class GatewayAnswerInvalid(Transient):
    """The gateway answered something that makes no sense here (5xx, nonsense body)."""


class GatewayCommissioning(Waiting):
    """400 on scan or 302 to /welcome: the gateway waits for, or runs, its commissioning."""


class ApiKeyRejected(Waiting):
    """401: the key is missing, wrong, or only good over https."""


class ApiKeyForbidden(Waiting):
    """403: the key is known, its security levels are too low."""


class ApiMissing(Terminal):
    """404: no such route, an 8.1 gateway has no such API; or a redirect to https, where alone there is one."""


class DesignerSessionsBlocked(Waiting):
    """Designer sessions are open and the policy says wait or fail."""
