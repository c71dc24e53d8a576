"""The way to one API server as a value: address, whom to trust, who we are.

Trust is given and never added to: SSL_CERT_FILE and the system's authorities have no say about a cluster that has its own.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from stoker.errors import CredentialsInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Identity(Protocol):
    """Who we are, as an Authorization header that may change while we run."""

    async def authorization(self) -> str | None:
        """The header's value; None without one (a client certificate says it, or nobody does). CredentialsInvalid."""
        ...

    async def refused(self, value: str | None) -> bool:
        """The server answered 401 to ``value``: looks for a newer credential; whether there is another one to try.

        Raises what keeps it from looking.
        """
        ...


@dataclass(frozen=True)
class Access:
    """``server``: https://HOST:PORT[/PREFIX] without a slash at its end; ``tls``: None for http:// (kubectl proxy).

    ``namespace``: the one we live in or work in by default; ``proxy``: a URL that only a kubeconfig can give.
    """

    server: str
    tls: ssl.SSLContext | None
    identity: Identity
    namespace: str = "default"
    proxy: str | None = field(default=None, repr=False)


class Trust(ssl.SSLContext):
    """A client's TLS context; ``expected_name``: what the certificate must say where it is not the address's host.

    RFC 5280's strict checks, which newer Pythons switch on for default contexts, stay off: authorities of clusters that
    were made years ago lack fields that no Kubernetes client asks for.
    """

    expected_name: str | None = None
    _newest: Trust | None = None
    _protocols: tuple[str, ...] = ()

    def renew(self, authorities: str, *, where: str) -> None:
        """New connections trust these and nobody else; open ones stay. CredentialsInvalid, and then nothing has changed.

        A context of its own stands behind this one from now on, because nothing can be taken out of a context's store. It
        shows no client certificate.
        """
        fresh = trusting(authorities, where=where, expected_name=self.expected_name)
        if self._protocols:
            fresh.set_alpn_protocols(self._protocols)
        self._newest = fresh

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """As its parent; httpcore sets them before each connection."""
        self._protocols = tuple(alpn_protocols)
        super().set_alpn_protocols(self._protocols)
        if self._newest is not None:
            self._newest.set_alpn_protocols(self._protocols)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """As its parent, for the expected name and by the newest authorities."""
        if self._newest is not None:
            return self._newest.wrap_bio(*args, **kwargs)
        if self.expected_name:
            kwargs["server_hostname"] = self.expected_name
        return super().wrap_bio(*args, **kwargs)


def trusting(authorities: str | None, *, where: str, verify: bool = True, expected_name: str | None = None) -> Trust:
    """Trust in ``authorities`` (PEM), in the system's when None, in whoever answers when not ``verify``.

    CredentialsInvalid, with ``where`` they came from, when they are no certificates.
    """
    context = Trust(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.expected_name = expected_name
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif authorities is None:
        context.load_default_certs()
    else:
        try:
            context.load_verify_locations(cadata=authorities)
        except (ssl.SSLError, ValueError) as error:
            raise CredentialsInvalid(f"{where}: no certificates in PEM format ({error}); correct the file") from error
    return context


def show_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None, *, where: str) -> None:
    """From now on new connections show this client certificate; CredentialsInvalid when the pair does not fit."""
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise CredentialsInvalid(f"{where}: the client certificate and key cannot be used ({error})") from error
