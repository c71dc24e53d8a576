"""Scripts of users look for text in answers, not for fields: compact JSON, one line each, the words that were always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.receiver.conftest import Serve


async def test_an_order_is_answered_on_one_compact_line(serving: Serve) -> None:
    served = await serving()
    assert (await served.order("v2.0.0")).text == '{"accepted":true,"ref":"v2.0.0"}\n'
    assert (await served.order("v2.0.0")).text == '{"accepted":true,"message":"ref already set","ref":"v2.0.0"}\n'


async def test_a_payload_without_a_ref_is_told_so(serving: Serve) -> None:
    served = await serving(env={})
    assert (await served.post(b'{"nothing":"here"}', {})).text == '{"error":"no ref found in payload"}\n'


async def test_strangers_and_unknown_resources_are_told_in_the_words_of_their_status(serving: Serve) -> None:
    served = await serving()
    assert "unauthorized" in (await served.post(b'{"ref":"v2.0.0"}', {})).text
    assert "not found" in (await served.order("v2.0.0", "/webhook/default/absent")).text
