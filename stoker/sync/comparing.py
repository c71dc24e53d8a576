"""From a request to a `Prepared`: resolves the plan, compares it, looks after the way and the guard; writes nothing.

One `Comparer` lives as long as its engine, so that what it knows of the live directory, what the last commit wanted, and
the compiled excludes serve the next sync too.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from stoker.sync.clearing import clear_the_way, empties_left, folders_to_make
from stoker.sync.difference import Difference
from stoker.sync.fields import Fields
from stoker.sync.guard import FEW, USED_NOTE, check_permission, is_mass_delete
from stoker.sync.live import Live
from stoker.sync.making import Maker
from stoker.sync.paths import all_shown
from stoker.sync.plan import fingerprint, resolve
from stoker.sync.pointers import lfs_warnings
from stoker.sync.prepared import Prepared
from stoker.sync.protection import Excluder, Protection, exclusion_key, never_matching
from stoker.sync.report import Changes
from stoker.sync.wanted import Known, project_names, wanted_files, warnings

if TYPE_CHECKING:
    from stoker.sync.manifest import Manifest
    from stoker.sync.plan import SyncRequest
    from stoker.sync.wanted import Wanted


class Comparer:
    """Compares requests with one data directory (absolute, resolved)."""

    def __init__(self, root: str, protection: Protection) -> None:
        self._live = Live(root)
        self._protection = protection
        self._excluder: Excluder | None = None
        self._known: Known | None = None
        self._known_as = ("", "")  # commit and fingerprint that it is of
        self._warned_of: Wanted | None = None
        self._warnings: tuple[str, ...] = ()

    def prepare(self, request: SyncRequest, manifest: Manifest) -> Prepared:
        """Everything a merge would do.

        Raises PlanInvalid, TemplateInvalid, PatchInvalid, MassDeleteRefused, OSError, and what the tree raises.
        """
        started = time.monotonic()
        found, _ = self._begin(request, manifest)
        found.compare()
        clears = clear_the_way(found)
        mass = is_mass_delete(len(found.deletes), found.managed_live)
        adoption = not manifest.commit and found.managed_live > 0
        if mass and not request.dry_run:
            check_permission(
                request,
                deleted=len(found.deletes),
                managed=found.managed_live,
                adoption=adoption,
                used=manifest.notes.get(USED_NOTE, ""),
            )
        self._look_for_oddities(request)
        prepared = self._prepared(found, started)
        prepared.adoption, prepared.mass_delete, prepared.clears = adoption, mass, clears
        return prepared

    def prepare_news(self, request: SyncRequest, manifest: Manifest, worth_it: int) -> Prepared | None:
        """What the commit changes, and nothing else looked at; None where only `prepare` can tell. Raises as it does.

        worth_it: how many files must be wanted. Left to a whole comparison is what is more than files that come, change
        and go: folders that become files, links, and more deletions than the guard lets pass without counting.
        """
        started = time.monotonic()
        as_applied = self._known is not None and self._known_as == (manifest.commit, manifest.fingerprint)
        if not as_applied or request.dry_run or fingerprint(request) != manifest.fingerprint:
            return None
        found, news = self._begin(request, manifest)
        if news is None or len(found.wanted.blobs) < worth_it:
            return None
        found.compare_only(news | found.wanted.makings.keys())
        plain = not found.standing and not any(state in ("link", "other") for state in found.states.values())
        if not plain or len(found.deletes) > FEW:
            return None
        prepared = self._prepared(found, started)
        prepared.partial = True
        return prepared

    def _begin(self, request: SyncRequest, manifest: Manifest) -> tuple[Difference, frozenset[str] | None]:
        """A comparison to be made, and the paths at which the request differs from the one before, where that is known."""
        fields = Fields(request.fields)
        targets, destinations = resolve(request, fields)
        excluder = self._exclude(request, destinations, manifest)
        known = self._known = wanted_files(request.tree, targets, excluder, self._known)
        self._known_as = (request.commit, fingerprint(request))
        return (
            Difference(
                request,
                known.wanted,
                manifest.entries,
                self._live,
                excluder,
                self._protection,
                Maker(fields, request.tree),
            ),
            known.news,
        )

    def _look_for_oddities(self, request: SyncRequest) -> None:
        """The warnings, once for what is wanted now; not in `prepare_news`, for which somebody waits."""
        known = self._known
        if known is not None and known.wanted is not self._warned_of:
            lfs = lfs_warnings(request.tree, (target.source for target in known.targets))
            self._warnings = (*warnings(known), *never_matching(request.excludes), *lfs)
            self._warned_of = known.wanted

    def _prepared(self, found: Difference, started: float) -> Prepared:
        modified = found.puts.keys() - set(found.added)
        return Prepared(
            found.request,
            found.wanted,
            found.maker,
            fingerprint(found.request),
            started,
            Changes(
                all_shown(found.added), all_shown(modified), all_shown(found.deletes), found.unchanged, self._warnings
            ),
            drift=all_shown(found.drift),
            projects=project_names(found.wanted, self._protection.project_file),
            puts=list(found.puts.values()),
            deletes=list(found.deletes.values()),
            folders=folders_to_make(found),
            empties=empties_left(found),
            learnt=found.learnt,
            refreshed=found.refreshed,
            forgotten=found.forgotten,
        )

    def _exclude(self, request: SyncRequest, destinations: list[str], manifest: Manifest) -> Excluder:
        known = self._excluder
        if (
            known is None
            or known.key != exclusion_key(request.excludes, destinations)
            or not known.knows(manifest.entries)
        ):
            known = self._excluder = Excluder(self._protection, request.excludes, destinations, manifest.entries)
        return known
