"""What the Secret should hold next, as data: the order in which an authority is made, told, and used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stoker.admission.certificates import pairs
from stoker.admission.certificates.material import KEPT, Material
from stoker.admission.certificates.plan import AUTHORITY_RENEWED, CERTIFICATE_RENEWED, Known, next_material
from stoker.values import replace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("webhook.stoker-system.svc",)


def first() -> Material:
    made, why = next_material(Material(), NAMES, NOW, Known())
    assert why == "there was none"
    return made


def signed_by_first(material: Material) -> bool:
    assert material.served is not None
    return pairs.issued_by(material.served.certificate, material.trusted[0])


def test_at_the_beginning_all_is_made_at_once() -> None:
    made = first()
    assert signed_by_first(made)
    assert len(made.trusted) == 1
    assert Material.read(made.data()) == made


def test_when_all_is_well_nothing_changes() -> None:
    made = first()
    for known in (Known(), Known(made.bundle), Known(made.bundle, settled=True)):
        assert next_material(made, NAMES, NOW, known) == (made, "")


def test_a_new_authority_is_trusted_before_it_signs_and_the_old_one_after() -> None:
    made = first()
    begun, why = next_material(made, NAMES, NOW, Known(made.bundle, settled=True, anew=True))
    assert why == "somebody asked for it"
    assert begun.served == made.served
    assert begun.trusted[1:] == made.trusted
    for known in (Known(made.bundle, settled=True), Known(begun.bundle), Known(made.bundle, settled=True, anew=True)):
        assert next_material(begun, NAMES, NOW, known) == (begun, "")
    ended, why = next_material(begun, NAMES, NOW, Known(begun.bundle, settled=True))
    assert why == "its authority was replaced"
    assert signed_by_first(ended)
    assert ended.trusted == begun.trusted


def test_a_certificate_near_its_end_is_renewed_by_the_same_authority() -> None:
    made = first()
    later = NOW + pairs.CERTIFICATE_LIVES - CERTIFICATE_RENEWED
    renewed, why = next_material(made, NAMES, later, Known(made.bundle, settled=True))
    assert why == "it comes to its end"
    assert renewed.authority == made.authority
    assert renewed.served != made.served


def test_an_authority_near_its_end_is_replaced() -> None:
    made = first()
    later = NOW + pairs.AUTHORITY_LIVES - AUTHORITY_RENEWED
    begun, why = next_material(made, NAMES, later, Known(made.bundle, settled=True))
    assert why == "the authority comes to its end"
    assert begun.authority != made.authority


def test_what_has_ended_is_trusted_no_more() -> None:
    made = first()
    long_after = NOW + pairs.AUTHORITY_LIVES + timedelta(days=1)
    anew, _ = next_material(made, NAMES, long_after, Known(made.bundle, settled=True))
    assert made.trusted[0] not in anew.trusted


def test_a_webhook_that_is_renamed_gets_another_certificate() -> None:
    made = first()
    other, why = next_material(made, ("other.stoker-system.svc",), NOW, Known(made.bundle, settled=True))
    assert why == "the webhook has other names now"
    assert other.served is not None
    assert pairs.names_of(other.served.certificate) == {"other.stoker-system.svc"}


def test_where_all_was_lost_but_somebody_is_trusted_the_new_authority_is_told_first() -> None:
    old = first()
    lost, _ = next_material(Material(), NAMES, NOW, Known(old.bundle, settled=True))
    assert lost.served is None
    assert lost.trusted[1:] == old.trusted
    found, _ = next_material(lost, NAMES, NOW, Known(lost.bundle, settled=True))
    assert signed_by_first(found)


def test_a_spoilt_key_of_the_authority_costs_the_authority_and_not_what_is_served() -> None:
    made = first()
    spoilt = replace(made, authority=None)
    begun, why = next_material(spoilt, NAMES, NOW, Known(made.bundle, settled=True))
    assert why == "there was no authority that could sign"
    assert begun.served == made.served
    assert made.trusted[0] in begun.trusted


def test_only_so_many_authorities_are_trusted() -> None:
    material = first()
    for _ in range(5):
        material, _ = next_material(material, NAMES, NOW, Known(material.bundle, settled=True, anew=True))
        material, _ = next_material(material, NAMES, NOW, Known(material.bundle, settled=True))
        assert signed_by_first(material)
    assert len(material.trusted) == KEPT
