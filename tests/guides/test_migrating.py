"""docs/guides/migrating.md at a cluster where a manager runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.manager.process import until

if TYPE_CHECKING:
    from tests.guides.conftest import NewReader
    from tests.manager.site import Site


def test_a_dry_run_is_told_to_agents_and_then_lifted_with_leave_to_delete(site: Site, reader: NewReader) -> None:
    guide = reader("migrating", stand_ins={"https://git.example.com/plant/ignition.git": site.origin.url})
    assert "stoker-status-plant" in guide.section("See first what would change")
    assert '"dryRun":true' in site.metadata("plant")["profiles"]
    guide.section("Hand over")
    until(lambda: '"dryRun":true' not in site.metadata("plant")["profiles"], "told that it is meant now")
    until(lambda: site.metadata("plant")["allowMassDelete"] == site.commit, "told what may be deleted")
    guide.done()
