"""Which proxy stands before a URL, by the environment: one rule for look-ups and fetches, whose libraries have two.

HTTPS_PROXY and HTTP_PROXY by the URL's scheme, else ALL_PROXY; the lower-case names win. NO_PROXY as Go reads it, because that is
what a cluster's variables are written for: names with their subdomains, ``.name`` for subdomains only, addresses, networks
(10.0.0.0/8), each with a port where one is meant, ``*`` for all. This machine is never asked for through a proxy. git:// and
ssh are not proxied.
"""

from __future__ import annotations

import ipaddress
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from stoker.errors import CredentialsInvalid
from stoker.observe.redact import redact_url, register

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS: Final = {"http": 80, "https": 443}


def proxy_for(url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The proxy's URL, its credential included, or None. CredentialsInvalid for one that is not spoken to (socks5)."""
    given = os.environ if environment is None else environment
    parts = urlsplit(url)
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0)
    found = _first(given, f"{parts.scheme}_proxy", "all_proxy") if parts.scheme in _PORTS else ""
    if not found or _is_excepted(host, port, _first(given, "no_proxy")):
        return None
    proxy = found if "://" in found else f"http://{found}"
    try:
        meant = urlsplit(proxy)
        usable = meant.scheme in _PORTS and bool(meant.hostname) and meant.port != 0
    except ValueError:
        usable, meant = False, urlsplit("")
    if not usable:
        raise CredentialsInvalid(
            f"the proxy {redact_url(proxy)!r} of the environment is no http:// or https:// one; correct HTTPS_PROXY"
        )
    if meant.password:
        register(meant.password)
    return proxy


def _first(environment: Mapping[str, str], *names: str) -> str:
    for name in names:
        for spelt in (name, name.upper()):
            if environment.get(spelt, "").strip():
                return environment[spelt].strip()
    return ""


def _is_excepted(host: str, port: int, no_proxy: str) -> bool:
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(item.strip().lower(), host, port, address) for item in no_proxy.split(",") if item.strip())


def _matches(item: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if item == "*":
        return True
    if address is not None:
        name, wanted = _with_port(item)
        return wanted in {0, port} and _holds(name, address)
    name, wanted = _with_port(item)
    name = name.removeprefix("*")
    if wanted not in {0, port}:
        return False
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _holds(name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _with_port(item: str) -> tuple[str, int]:
    """``name:8080``, ``[::1]:8080``, and addresses of IPv6 whose colons mean no port."""
    name, colon, port = item.rpartition(":")
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), int(port)
    return item.strip("[]"), 0


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
