"""What the Secret should hold next, given what it holds, what the API server trusts, and the time. Pure.

The one rule: nothing is served that the API server does not trust yet. So a new authority is first told to it, and only when it
has had time to hear of it does it sign what is served; until then the former certificate goes on. Where nothing usable is
served, and nobody is trusted who could have signed it, there is nobody to wait for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stoker.admission.certificates import pairs
from stoker.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from stoker.admission.certificates.material import Material

AUTHORITY_RENEWED: Final = timedelta(days=180)
"""Before its end; longer than any certificate of it lives."""
CERTIFICATE_RENEWED: Final = timedelta(days=30)


class Known(Value, frozen=True):
    """``told``: what the API server trusts now (PEM of a bundle), and ``settled``: it has had time to hear of all of it.

    ``anew``: somebody asks for a new authority.
    """

    told: bytes = b""
    settled: bool = False
    anew: bool = False


def next_material(found: Material, names: Sequence[str], now: datetime, known: Known) -> tuple[Material, str]:
    """What to keep from now on and why it differs; the same and "" when all is well."""
    told = tuple(one for one in pairs.split(known.told) if _lives(one, now))
    found = replace(found, trusted=tuple(one for one in found.trusted if _lives(one, now)))
    # While the last change is under way a wish for another waits: else what is served could be of one forgotten meanwhile.
    why = _authority_ends(found, now, anew=known.anew and _signed(found))
    wanted = found
    if why:
        wanted = found.under(pairs.make_authority(now), told)
    assert wanted.authority is not None  # noqa: S101 - there is one, or it was made
    unusable = _certificate_ends(wanted, names, now)
    heard = known.settled and wanted.authority.certificate in told
    if (unusable and (heard or not told)) or (heard and not _signed(wanted)):
        reason = why or unusable or "its authority was replaced"
        return replace(wanted, served=pairs.issue(wanted.authority, names, now)), reason
    return wanted, why


def _signed(found: Material) -> bool:
    """Whether what is served is of the authority that signs now."""
    if found.served is None or found.authority is None:
        return False
    return pairs.issued_by(found.served.certificate, found.authority.certificate)


def _authority_ends(found: Material, now: datetime, *, anew: bool) -> str:
    """Why another one is needed; "" when it is not."""
    if found.authority is None:
        return "there was no authority that could sign" if found.trusted else "there was none"
    if anew:
        return "somebody asked for it"
    if now >= pairs.ends(found.authority.certificate) - AUTHORITY_RENEWED:
        return "the authority comes to its end"
    return ""


def _certificate_ends(found: Material, names: Sequence[str], now: datetime) -> str:
    if found.served is None:
        return "no certificate could be served"
    if pairs.names_of(found.served.certificate) != frozenset(names):
        return "the webhook has other names now"
    if not any(pairs.issued_by(found.served.certificate, one) for one in found.trusted):
        return "no authority of ours signed it"
    if now >= pairs.ends(found.served.certificate) - CERTIFICATE_RENEWED:
        return "it comes to its end"
    return ""


def _lives(certificate: bytes, now: datetime) -> bool:
    return now < pairs.ends(certificate)
