"""docs/guides/webhooks.md at a real cluster, with a manager that has the guide's own Secret; the test plays Argo CD and Kargo."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from stoker.api import names
from tests.cluster import accounts
from tests.manager.process import Manager, until
from tests.receiver.samples import sample

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.guides.conftest import NewReader
    from tests.manager.site import Site

OPEN = "https://stoker.example.com"


class Release:
    """The manager as the chart would start it in the namespace of the test, by what the guide wrote."""

    def __init__(self, plane: Plane, place: Site, desk: Path) -> None:
        self.place, self.desk = place, desk
        token = accounts.manager_token(plane, home=place.namespace, watched=[place.namespace])
        self.config = plane.write_kubeconfig(f"webhooks-{place.namespace}", {"token": token}, namespace=place.namespace)

    def secret(self, name: str = "stoker-webhook") -> dict[str, str]:
        """A Secret's values."""
        data = self.place.admin.get(f"/api/v1/namespaces/{self.place.namespace}/secrets/{name}")["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def start(self, name: str) -> Manager:
        """With the receiver that ``values.yaml`` turns on."""
        values = yaml.safe_load((self.desk / "values.yaml").read_text())["webhookReceiver"]
        assert values["enabled"]
        assert values["hmac"]["secretRef"] == values["token"]["secretRef"] == {"name": "stoker-webhook"}
        secret = self.secret()
        env = {"WEBHOOK_HMAC_SECRET": secret["webhook-secret"], "WEBHOOK_BEARER_TOKEN": secret["webhook-token"]}
        narrow = ("--watch-namespaces", self.place.namespace, "--receiver", "127.0.0.1:0")
        return Manager(self.desk.parent / name, self.config, narrow, env)

    def prepare(self) -> None:
        """What stands there when the guide begins: a resource, Argo CD's Secret, the manager's Deployment."""
        ours = f"/api/v1/namespaces/{self.place.namespace}"
        self.place.admin.create(f"{ours}/secrets", {"metadata": {"name": "argocd-notifications-secret"}})
        labels = {"control-plane": "controller-manager"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "manager", "image": "none"}]}}
        spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        body = {"metadata": {"name": "stoker-controller-manager", "labels": labels}, "spec": spec}
        self.place.admin.create(f"/apis/apps/v1/namespaces/{self.place.namespace}/deployments", body)
        self.place.resource("plant")

    def annotations(self) -> dict[str, str]:
        """Of the resource."""
        found = self.place.find(names.PLURAL, "plant")
        assert found
        annotations: dict[str, str] = found["metadata"].get("annotations", {})
        return annotations


def post(request: dict[str, Any], url: str, body: str) -> httpx.Response:
    """As ``headers`` of the guide's file say."""
    headers = {one["name"]: one["value"] for one in request["headers"]}
    return httpx.request(request.get("method", "POST"), url, headers=headers, content=body, trust_env=False)


def as_argocd(release: Release, served: str) -> httpx.Response:
    """The notification of the sample's Application, by the ConfigMap and the Secret that were applied."""
    ours = f"/api/v1/namespaces/{release.place.namespace}/configmaps/argocd-notifications-cm"
    data = release.place.admin.get(ours)["data"]
    token = release.secret("argocd-notifications-secret")["stoker-webhook-token"]
    service = yaml.safe_load(data["service.webhook.stoker"].replace("$stoker-webhook-token", token))
    template = yaml.safe_load(data["template.stoker"])["webhook"]["stoker"]
    app = json.loads(sample("argocd-application").raw)["app"]
    body = template["body"].replace("{{toJson .app}}", json.dumps(app))
    return post(service | {"method": template["method"]}, served + template["path"], body)


def as_kargo(release: Release, served: str) -> httpx.Response:
    """The step of ``promotion-steps.yaml``, its expressions worked out."""
    text = (release.desk / "promotion-steps.yaml").read_text()
    text = text.replace("${{ secret('stoker-webhook').token }}", release.secret()["webhook-token"])
    config = yaml.safe_load(text)[0]["config"]
    found = re.fullmatch(r"\$\{\{ quote\((.*)\) \}\}\s*", config["body"])
    assert found
    body = re.sub(r'commitFrom\("[^"]*"\)\.Tag', '"v2.5.0"', found[1])
    return post(config, config["url"].replace(OPEN, served), body)


def test_every_sender_of_the_guide_is_heard(plane: Plane, place: Site, reader: NewReader, desk: Path) -> None:
    release = Release(plane, place, desk)
    release.prepare()
    stand_ins = {
        "/webhook/default": f"/webhook/{place.namespace}",
        "--namespace default": f"--namespace {place.namespace}",
        "stoker-system": place.namespace,
        "namespace: argocd": f"namespace: {place.namespace}",
        "--namespace argocd": f"--namespace {place.namespace}",
        "https://git.example.com/plant/ignition.git": place.origin.url,
    }
    guide = reader("webhooks", stand_ins=stand_ins)
    printed = guide.section("The secret")
    assert {f"{key}: {value}" for key, value in release.secret().items()} <= set(printed.splitlines())
    manager = release.start("first")
    try:
        served = manager.url("receiver")
        guide.stand_ins[OPEN] = served
        guide.section("Argo CD")
        answer = as_argocd(release, served)
        assert (answer.status_code, answer.json()) == (202, {"accepted": True, "ref": "v2.4.0"})
        assert release.annotations()["stoker.io/requested-by"] == "argocd"
        guide.section("Kargo")
        answer = as_kargo(release, served)
        assert (answer.status_code, answer.json()) == (202, {"accepted": True, "ref": "v2.5.0"})
        printed = guide.section("By hand")
        assert '{"accepted":true,"ref":"v2.4.0"}' in printed
        assert f'"passedOver":{{}},"ref":"refs/tags/v2.4.0","resources":["{place.namespace}/plant"]' in printed
        assert '"stoker.io/requested-by":"github"' in printed
        until(lambda: "stoker.io/requested-ref" not in release.annotations(), "the order is taken away")
    finally:
        manager.close()
    old = release.secret()["webhook-secret"]
    guide.section("To exchange a secret")
    both = release.secret()["webhook-secret"].splitlines()
    assert both[0] == old
    assert len(set(both)) == 2
    again = release.start("second")
    try:
        assert again.url("receiver")
    finally:
        again.close()
    guide.done()
