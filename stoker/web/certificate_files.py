"""A certificate from a folder, as a mounted Secret or cert-manager's has it: ``tls.crt`` and ``tls.key``, watched for change.

The kubelet renews a mounted Secret by turning one link, so both files change at once; a person who copies them does not do
that, and a pair whose halves do not fit yet is looked at again when either changes. What cannot be used never replaces what
serves. The files are looked at each second by one ``stat`` each, which finds every way of replacing them, on every file
system; they are read in the loop, because such a mount is in memory and a certificate has a few kilobytes.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import CredentialsInvalid
from stoker.observe.logs import get_logger
from stoker.web.certified import LiveCertificate

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE: Final = "tls.crt"
KEY: Final = "tls.key"
LOOK_SECONDS: Final = 1.0
LARGEST: Final = 1024 * 1024
State = tuple[tuple[int, int, int, int], ...]


class CertificateFiles:
    """A ``CertificateSource``: what the pair in ``folder`` says now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = get_logger("web.certificate", folder=str(folder))

    async def __call__(self, *, task_status: trio.TaskStatus[ssl.SSLContext]) -> None:
        """Runs until cancelled; started with the context. CredentialsInvalid when the first pair cannot be used."""
        seen = self._state()
        pair = self._read()
        live = self._tried(pair, None)
        self._log.info("certificate_served", expires=_expiry(pair[0]))
        task_status.started(live.context)
        while True:
            await trio.sleep(LOOK_SECONDS)
            seen = self._look(live, seen)

    def _look(self, live: LiveCertificate, seen: State) -> State:
        """Loads what has changed since ``seen``; what the files are now."""
        now = self._state()
        if now == seen:
            return seen
        try:
            pair = self._read()
            self._tried(pair, live)
        except CredentialsInvalid as error:
            self._log.error("certificate_not_loaded", error=str(error), remedy="the one before is served until then")
        else:
            self._log.info("certificate_replaced", expires=_expiry(pair[0]))
        return now

    def _state(self) -> State:
        """Changes whenever a file is replaced or written; a file that is not there has a state too."""
        found: list[tuple[int, int, int, int]] = []
        for name in (CERTIFICATE, KEY):
            try:
                known = (self._folder / name).stat()
            except OSError:
                found.append((0, 0, 0, 0))
            else:
                found.append((known.st_dev, known.st_ino, known.st_mtime_ns, known.st_size))
        return tuple(found)

    def _read(self) -> tuple[bytes, bytes]:
        return self._file(CERTIFICATE), self._file(KEY)

    def _file(self, name: str) -> bytes:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                return file.read(LARGEST)
        except OSError as error:
            raise CredentialsInvalid(
                f"the certificate of the webhook cannot be read from {path}: {error.strerror}; the folder must hold"
                f" {CERTIFICATE} and {KEY}"
            ) from None

    def _tried(self, pair: tuple[bytes, bytes], live: LiveCertificate | None) -> LiveCertificate:
        """The certificate that serves, now with this pair."""
        try:
            if live is None:
                return LiveCertificate(*pair)
            live.replace(*pair)
        except (ssl.SSLError, OSError, ValueError) as error:
            why = getattr(error, "reason", None) or "unreadable"
            raise CredentialsInvalid(
                f"{self._folder / CERTIFICATE} and {KEY} beside it cannot be served ({str(why).lower().replace('_', ' ')}):"
                " both must be PEM, the key without a password and that of the certificate"
            ) from None
        return live


def _expiry(certificate: bytes) -> str:
    """When the first certificate of a chain ends (RFC 3339); OpenSSL takes some that this library does not."""
    from cryptography import x509  # as ``certificate`` says

    try:
        return x509.load_pem_x509_certificate(certificate).not_valid_after_utc.isoformat()
    except ValueError:
        return "unknown"
