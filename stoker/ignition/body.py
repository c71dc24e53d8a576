"""What a request sends after its headers, for httpx; loaded with it."""

from __future__ import annotations

import httpx

from stoker.nursery.once import Once


class Body(Once[bytes], httpx.AsyncByteStream):
    """In one piece."""
