"""Several resources, profiles and gateways in one process, each with its own data directory and address."""

from __future__ import annotations

from tests.standalone.process.conftest import SIGNED, Plant, announced, eventually, post, resource, said, url_of


async def test_each_gateway_gets_its_own_profile_and_reports_under_its_own_name(plant: Plant) -> None:
    north = await plant.gateway("north", profile="north", cr_name="plant")
    south = await plant.gateway("south", profile="south", cr_name="plant", gateway_name="Süd")
    other = await plant.gateway("other", cr_name="second")
    plant.write(resource(plant.origin.url, profiles=("north", "south")), resource(plant.origin.url, "second"))
    child = await plant.start()
    for gateway in ("north", "Süd", "other"):
        await said(child, "sync_completed", gateway=gateway, commit=plant.first)
    assert (north / "projects/n.txt").read_text() == "n\n"
    assert (south / "projects/s.txt").read_text() == "s\n"
    assert (other / "projects/Line/a.txt").read_text() == "one\n"
    assert not (north / "projects/s.txt").exists()
    await said(child, "condition_changed", name="plant", type="Ready", status="True")
    assert {pod: report["gatewayName"] for pod, report in plant.reports().items()} == {"north": "north", "south": "Süd"}
    for simulated in plant.gateways.values():
        assert {"projects", "config"} <= set(simulated.scans)
        assert simulated.half_written == []


async def test_one_push_reaches_every_gateway_of_the_fleet(plant: Plant) -> None:
    one, two = await plant.gateway("one", cr_name="plant"), await plant.gateway("two", cr_name="second")
    url = plant.origin.url
    plant.write(resource(url), resource(url, "second"))
    child = await plant.start("--receiver", "127.0.0.1:0", env=SIGNED)
    for gateway in ("one", "two"):
        await said(child, "sync_completed", gateway=gateway, commit=plant.first)
    commit = plant.origin.commit({"projects/Line/a.txt": "two\n"})
    body = announced() | {"repository": {"clone_url": url}}
    answer = await post(f"{await url_of(child)}/webhook", body, **{"X-GitHub-Event": "push"})
    assert answer.json()["resources"] == ["default/plant", "default/second"]
    for gateway in ("one", "two"):
        await said(child, "sync_completed", gateway=gateway, commit=commit)
    assert (one / "projects/Line/a.txt").read_text() == (two / "projects/Line/a.txt").read_text() == "two\n"


async def test_a_gateway_that_is_away_keeps_no_other_from_its_files(plant: Plant) -> None:
    await plant.gateway("here")
    gone = await plant.gateway("gone")
    plant.pods["gone"]["metadata"]["annotations"]["stoker.io/gateway-url"] = "http://127.0.0.1:9"
    plant.write()
    child = await plant.start()
    await said(child, "sync_completed", gateway="here", commit=plant.first)
    await said(child, "sync_completed", gateway="gone", commit=plant.first)
    assert (gone / "projects/Line/a.txt").read_text() == "one\n"
    await eventually(lambda: plant.judged("here") == "Synced")
    assert plant.judged("gone") != "Synced"
