"""Every bad spec of the table is refused at apply time too, by a message that names the field and what would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from stoker.api import rules
from tests.api.bad_specs import BAD, WORDS
from tests.api.samples import LEAST
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from tests.api.samples import Bad
    from tests.cluster.kubectl import Kubectl
    from tests.cluster.resource.conftest import Resources

# The API server's own words for what would be right, where plain schema refuses.
OWN_WORDS: Final = re.compile(
    r"Required value|should be at least \d+ chars|Too long: may not be more than \d+|must have at most \d+ items"
    r"|should have at least \d+ (items|properties)|(greater|less) than or equal to \d+|must be of type \w+"
    r'|supported values: "|should match \''
)
OURS: Final = tuple(
    str(rule["message"])
    for rule in (
        *rules.RELATIVE,
        rules.IDENTIFIERS,
        rules.ONE_AUTH,
        rules.INTERVAL,
        rules.PATCH_FILE,
        rules.PROFILE_NAMES,
    )
)
NO_FIELDS: Final = [bad for bad in BAD if bad.by == "us"]


def refusal(judge: Resources, bad: Bad) -> str:
    with pytest.raises(RefusedError) as caught:
        judge.judged(bad.spec())
    assert caught.value.code == (400 if bad in NO_FIELDS else 422)
    return caught.value.message


def fields(message: str) -> list[str]:
    """The fields that the API server names, spelt as we spell them; a rule on the entries of a map names the map."""
    named = re.findall(r"(?:^|[ \[])(spec(?:\.\w*|\[\w+\])*|metadata\.name): ", message)
    return [re.sub(r"\[([a-z]+)\]", r".\1", field) for field in named]


def test_the_table_is_long_enough() -> None:
    assert len({bad.fault for bad in BAD}) >= 60


@pytest.mark.parametrize(
    "bad", [bad for bad in BAD if bad.by == "schema"], ids=lambda bad: f"{bad.fault[-60:]}={str(bad.value)[:30]}"
)
def test_what_the_schema_refuses_is_named_with_what_would_be_right(judge: Resources, bad: Bad) -> None:
    message = refusal(judge, bad)
    assert bad.fault in fields(message)
    assert OWN_WORDS.search(message)


@pytest.mark.parametrize(
    "bad", [bad for bad in BAD if bad.by == "cel"], ids=lambda bad: f"{bad.fault[-60:]}={str(bad.value)[:30]}"
)
def test_what_a_rule_refuses_is_named_with_our_remedy(judge: Resources, bad: Bad) -> None:
    message = refusal(judge, bad)
    assert [field for field in fields(message) if bad.fault.startswith(field) and field.count(".") >= 2]
    assert any(remedy in message for remedy in OURS)


@pytest.mark.parametrize("bad", NO_FIELDS, ids=lambda bad: bad.fault[-60:])
def test_a_misspelt_field_is_named(judge: Resources, bad: Bad) -> None:
    assert f'unknown field "{bad.fault}"' in refusal(judge, bad)


def test_all_violated_rules_are_told_at_once(judge: Resources) -> None:
    several = [
        next(bad for bad in BAD if bad.by == "cel" and bad.path[-1] == field)
        for field in ("interval", "source", "destination", "auth")
    ]
    spec = several[0].spec()
    for bad in several[1:]:
        here = spec
        for step in bad.path[:-1]:
            here = here[step]  # type: ignore[index]
        here[bad.path[-1]] = bad.value  # type: ignore[index]
    with pytest.raises(RefusedError) as caught:
        judge.judged(spec)
    assert {bad.fault for bad in several} <= set(fields(caught.value.message))


def test_a_name_over_63_characters_is_refused(judge: Resources) -> None:
    with pytest.raises(RefusedError, match=r"metadata\.name: Too long: may not be more than 63"):
        judge.judged(LEAST, "n" * 64)


def test_a_misspelt_field_that_a_lax_client_sends_is_dropped_and_warned_of(
    resources: Resources, kubectl: Kubectl
) -> None:
    (misspelt,) = [bad for bad in WORDS if bad.fault == "spec.git.reff"]
    done = kubectl.run("create", "--validate=warn", "-f-", stdin=resources.manifest(misspelt.spec()))
    assert (done.returncode, done.stderr) == (0, 'Warning: unknown field "spec.git.reff"\n')
    assert "reff" not in resources.get()["spec"]["git"]
