"""Why there is no answer, or half of one. What lies beneath is each error's cause; a room's own table makes it readable.

WireFailure
├── Unconnected     no connection: the name, TCP or TLS
│   └── ProxyRefused    what stands between says no
├── Late            no connection, no way out for the request, or no word, within its bound
├── HungUp          the other side ended the connection before the answer was whole
├── Senseless       what came is no HTTP/1.1
└── Unsendable      the request holds what none may; not told what, for it may be the credential
"""

from __future__ import annotations


class WireFailure(Exception):  # noqa: N818 - its leaves are called by what happened
    """No answer, or half of one."""


class Unconnected(WireFailure):
    """No connection: the name, TCP or TLS."""


class ProxyRefused(Unconnected):
    """What stands between says no."""


class Late(WireFailure):
    """Nothing within the bound."""


class HungUp(WireFailure):
    """The other side ended the connection before the answer was whole."""


class Senseless(WireFailure):
    """What came is no HTTP/1.1."""


class Unsendable(WireFailure):
    """The request holds what none may."""
