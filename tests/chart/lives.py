"""One manager's life, short and whole: it does everything at least once that a manager ever asks the API server for.

It stops at the first thing that does not happen in time; ``until`` is impatient, for the refusals are what is counted.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from tests.cluster import accounts
from tests.cluster.client import RefusedError
from tests.fakes.github import APP, INSTALLATION
from tests.manager.process import Manager, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.fakes.github import GitHub
    from tests.fakes.gitservers import HttpServer
    from tests.manager.site import Site

RBAC: Final = "apis/rbac.authorization.k8s.io/v1"
TOKEN: Final = names.github_token_secret("plant")
BINDING: Final = names.agent_rolebinding("plant")


@dataclass
class Life:
    """``patience``: seconds for each thing to happen."""

    plane: Plane
    site: Site
    api: GitHub
    served: HttpServer
    folder: Path
    home: str
    patience: float = 30.0

    def begin(self, token: str, name: str = "leader") -> Manager:
        """A replica, as the account that the token is for."""
        config = self.plane.write_kubeconfig(f"life-{self.home}", {"token": token}, namespace=self.home)
        arguments = ("--receiver", "127.0.0.1:0", "--watch-namespaces", self.site.namespace)
        env = {"WEBHOOK_BEARER_TOKEN": "push"}
        return Manager(self.folder / self.home, config, arguments, env, name=name)

    def lead(self, manager: Manager) -> None:
        """The first replica is elected."""
        self._until(lambda: manager.probe("/readyz") == 200, "ready")
        self._until(lambda: manager.leads, "it leads")

    def follow(self, follower: Manager) -> None:
        """Another replica comes, and goes."""
        self._until(lambda: follower.probe("/readyz") == 200, "a follower is ready")
        self._until(lambda: follower.lines("following"), "it follows")

    def hand_over(self, leader: Manager, follower: Manager) -> None:
        """The leader gives its lease back, and the other takes it."""
        assert leader.stop() == 0
        self._until(lambda: follower.leads, "the other leads")

    def live(self, manager: Manager) -> None:
        """From the first resource to the deletion of the last; AssertionError names what did not happen."""
        self._others_were_here_first()
        self._a_resource_with_an_app()
        self._pods_and_their_accounts()
        self._reports()
        self._hands_in_between()
        self._pushed(manager)
        self._scraped(manager)
        self._deleted()

    def _others_were_here_first(self) -> None:
        """Objects of our names without our labels, which no watch of ours has seen."""
        path = self.site.path("configmaps")
        self.site.admin.create(path, {"metadata": {"name": names.status_configmap("plant")}})
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": names.AGENT_ROLE}
        body = {"metadata": {"name": BINDING}, "roleRef": role}
        self.site.admin.create(self.site.path("rolebindings", group=RBAC), body)

    def _a_resource_with_an_app(self) -> None:
        self.site.secret("app", pem=self.api.pem)
        key = {"name": "app", "key": "pem"}
        app = {"appId": APP, "installationId": INSTALLATION, "privateKeySecretRef": key, "apiBaseURL": self.api.url}
        self.site.resource(git={"repo": f"{self.served.url}/plant.git", "ref": "main", "auth": {"githubApp": app}})
        self._until(lambda: self.site.words("RefResolved")[0] == "True", "resolved")
        self._until(lambda: self.site.find("secrets", TOKEN), "the token")

    def _pods_and_their_accounts(self) -> None:
        self.site.pod("gw-0")
        self._until(lambda: self._subjects() == {"default"}, "bound")
        self.site.pod("gw-1", account="other")
        self._until(lambda: self._subjects() == {"default", "other"}, "bound anew")

    def _reports(self) -> None:
        for pod in ("gw-0", "gw-1"):
            self.site.report(pod, syncedCommit=self.site.status()["lastSyncCommit"])
        self._until(lambda: self.site.words("Ready")[0] == "True", "ready by reports")
        self._until(lambda: self.site.events("GatewaysDiscovered"), "events")
        for paused in (True, False, True, False):  # the second event of the same words is a count on the first
            self.site.edit({"spec": {"paused": paused}})
            self._until(lambda said=paused: (self.site.words("Ready")[1] == "Paused") == said, "paused, or not")  # type: ignore[misc]

    def _hands_in_between(self) -> None:
        """What others spoil is mended: a binding to another role, a token, a map."""
        self._until(self._bound_wrongly, "bound to another role")
        self._until(lambda: self._role() == names.AGENT_ROLE, "bound to the right role again")
        self.site.admin.patch(self.site.path("secrets", TOKEN), {"data": {"token": "c3BvaWx0"}})
        self.site.annotate(requested_at="now")
        token = self.site.path("secrets", TOKEN)
        self._until(lambda: self.site.admin.get(token)["data"]["token"] != "c3BvaWx0", "the token mended")
        self.site.admin.patch(self.site.path("configmaps", "stoker-metadata-plant"), {"data": {"commit": "f" * 40}})
        self._until(lambda: self.site.metadata().get("commit") != "f" * 40, "the map mended")

    def _bound_wrongly(self) -> bool:
        """Puts a binding to another role in the place of ours; the manager may be quicker with its own."""
        found = self.site.find("rolebindings", BINDING, RBAC)
        if found is None:
            return False
        meta = {key: found["metadata"][key] for key in ("name", "labels")}
        wrong = {"metadata": meta, "roleRef": {**found["roleRef"], "name": "view"}, "subjects": found["subjects"]}
        with contextlib.suppress(RefusedError):
            self.site.admin.delete(self.site.path("rolebindings", BINDING, RBAC))
            self.site.admin.create(self.site.path("rolebindings", group=RBAC), wrong)
            return True
        return False

    def _pushed(self, manager: Manager) -> None:
        url = f"{manager.url('receiver')}/webhook/{self.site.namespace}/plant"
        body = json.dumps({"ref": "main"}).encode()
        asked = urllib.request.Request(url, body, {"Authorization": "Bearer push"}, method="POST")
        with urllib.request.urlopen(asked, timeout=self.patience) as answer:
            assert answer.status == 202
        wanted = names.REQUESTED_REF
        self._until(lambda: self.site.seen()["metadata"].get("annotations", {}).get(wanted) != "x", "annotated")

    def _scraped(self, manager: Manager) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        self.plane.admin.apply(accounts.binding(accounts.READER, (self.site.namespace, "prometheus")))
        token = accounts.token_for(self.plane, self.site.namespace, "prometheus")

        def scraped() -> bool:
            asked = urllib.request.Request(
                f"{manager.url('metrics')}/metrics", headers={"Authorization": f"Bearer {token}"}
            )
            with urllib.request.urlopen(asked, timeout=self.patience, context=trusting) as answer:
                return bool(answer.status == 200)

        assert scraped()

    def _deleted(self) -> None:
        self.site.admin.delete(self.site.path(names.PLURAL, "plant"))
        self._until(lambda: self.site.find(names.PLURAL, "plant") is None, "gone")
        self._until(lambda: self.site.find("secrets", TOKEN) is None, "its token too")

    def _subjects(self) -> set[str]:
        found = self.site.find("rolebindings", BINDING, RBAC)
        return {one["name"] for one in (found or {}).get("subjects", [])}

    def _role(self) -> str:
        found = self.site.find("rolebindings", BINDING, RBAC)
        return str(found["roleRef"]["name"]) if found else ""

    def _until(self, holds: Callable[[], Any], what: str) -> None:
        until(holds, what, within=self.patience)
