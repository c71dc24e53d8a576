"""A kubeconfig, read by the Kubernetes project's own client: exec plugins, identity providers, certificates.

Only the reading is its: it is blocking code that starts processes and may ask the network, so it runs in a thread with a
deadline, and nothing of it is imported before it is needed (20 MB). Certificates that stand in the file itself go through
temporary files, for TLS can load a key from nowhere else; they are removed as soon as it has.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import trio

from stoker.errors import CredentialsInvalid, DeadlineExceeded, SettingsInvalid, StokerError
from stoker.kube.config.access import Access, Trust, show_certificate, trusting
from stoker.observe.logs import get_logger
from stoker.observe.redact import redact, register
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
LOAD_SECONDS: Final = 30.0
RENEW_SECONDS: Final = 60.0
EXTRA: Final = "stoker[kubeconfig]"


class Loaded(Value, frozen=True):
    """What one reading gave. ``renews``: a plugin or provider stands behind the credential, which therefore ends."""

    server: str
    tls: Trust | None
    header: str | None
    namespace: str
    proxy: str | None
    renews: bool


async def from_kubeconfig(
    paths: str, *, context: str | None = None, bound: float = LOAD_SECONDS, renew: float = RENEW_SECONDS
) -> Access:
    """``paths``: one file or several, as KUBECONFIG. Seconds: ``bound`` of one reading, ``renew`` between two where a plugin
    stands behind the credential. Raises as ``find_access``."""
    load = partial(_load, paths, context)

    async def read(live: Trust | None = None) -> Loaded:
        return await _in_thread(partial(load, live), paths, bound)

    loaded = await read()
    return Access(loaded.server, loaded.tls, ReadAgain(read, loaded, renew), loaded.namespace, loaded.proxy)


class ReadAgain:
    """The credential of a kubeconfig: read anew when it is refused, and now and then where a plugin stands behind it.

    A new client certificate goes into the TLS context that the connections already use.
    """

    def __init__(self, read: Callable[[Trust | None], Awaitable[Loaded]], first: Loaded, renew: float) -> None:
        self._read = read
        self._last = first
        self._renew = renew
        self._read_at = trio.current_time()
        self._lock = trio.Lock()
        self._log = get_logger("kube.config")

    async def authorization(self) -> str | None:
        """The header; what was read last when it cannot be read just now, for it may well be good for longer."""
        if self._last.renews and trio.current_time() - self._read_at >= self._renew:
            try:
                await self._again()
            except StokerError as error:
                self._read_at = trio.current_time()
                self._log.warning("credential_not_renewed", error=str(error))
        return self._last.header

    async def refused(self, value: str | None) -> bool:
        """Reads anew; whether there is something else to try: another token, or a certificate that was made anew.

        Raises as ``find_access``.
        """
        if self._last.header != value:
            return True  # another request has been here meanwhile
        await self._again()
        return self._last.header != value or (value is None and self._last.renews)

    async def _again(self) -> None:
        before = self._read_at
        async with self._lock:
            if self._read_at != before:
                return
            self._last = await self._read(self._last.tls)
            self._read_at = trio.current_time()


async def _in_thread(work: Callable[[], T], where: str, bound: float) -> T:
    with trio.move_on_after(bound):
        return await trio.to_thread.run_sync(work, abandon_on_cancel=True)
    raise DeadlineExceeded(
        f"kubeconfig {where}: not read within {bound:g} s; its exec plugin or identity provider hangs"
    )


def _load(paths: str, context: str | None, live: Trust | None = None) -> Loaded:
    """In a thread. ``live``: the context in use, which learns a new client certificate."""
    try:
        import yaml
        from kubernetes.client import Configuration
        from kubernetes.config import ConfigException
        from kubernetes.config import kube_config as typed
    except ImportError as error:
        raise SettingsInvalid(
            f"kubeconfig {paths}: the `kubernetes` package, which reads it, is missing; install the extra {EXTRA}"
        ) from error
    kube_config: Any = typed
    found = Configuration()
    found.proxy = None  # that of the environment
    try:
        merged = kube_config.KubeConfigMerger(paths).config
        if merged is None:
            raise SettingsInvalid(f"kubeconfig {paths}: no such file; correct KUBECONFIG")
        loader = kube_config.KubeConfigLoader(merged, active_context=context, config_base_path=None)
        loader.load_and_set(found)
        return _loaded(found, _Chosen.of(loader.current_context, merged), paths, live)
    except StokerError:
        raise
    except (ConfigException, yaml.YAMLError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsInvalid(f"kubeconfig {paths}: {_one_line(error)}; correct it, or KUBECONFIG") from error
    except Exception as error:  # whatever YAML, OAuth and provider libraries raise has no common root
        raise CredentialsInvalid(f"kubeconfig {paths}: {type(error).__name__}: {_one_line(error)}") from error
    finally:
        kube_config._cleanup_temp_files()  # noqa: SLF001 - it has no other way to give up the keys it wrote before the exit


class _Chosen(Value, frozen=True):
    """The context in use, and its user's entry."""

    context: dict[str, Any]
    user: dict[str, Any]

    @classmethod
    def of(cls, current: dict[str, Any], merged: Any) -> _Chosen:
        context = current["context"]
        node = merged["users"].get_with_name(context.get("user"), safe=True) if merged.safe_get("users") else None
        return cls(context, node["user"].value if node is not None and node.safe_get("user") else {})

    def check(self, where: str, proxy: str | None) -> None:
        """SettingsInvalid for what is not served; nothing that a kubeconfig says is passed over."""
        if proxy and urlsplit(proxy).scheme not in {"http", "https"}:
            raise SettingsInvalid(
                f"kubeconfig {where}: proxy-url must begin with http:// or https://; others are not served"
            )
        for field in ("as", "as-groups", "as-uid", "as-user-extra"):
            if self.user.get(field):
                raise SettingsInvalid(
                    f"kubeconfig {where}: impersonation ({field}) is not supported; use a user of its own"
                )
        provider = (self.user.get("auth-provider") or {}).get("name")
        if provider not in {None, "gcp", "oidc"}:
            raise SettingsInvalid(
                f"kubeconfig {where}: the auth-provider {provider!r} is gone from Kubernetes; use its exec plugin"
            )


def _loaded(found: Any, chosen: _Chosen, where: str, live: Trust | None) -> Loaded:
    chosen.check(where, found.proxy)
    header = found.api_key.get("BearerToken")
    if header:
        register(header.partition(" ")[2])
    certified = bool(found.cert_file)
    plugin = chosen.user.get("exec")
    if plugin and not header and not certified:
        raise CredentialsInvalid(
            f"kubeconfig {where}: the exec plugin {plugin.get('command')!r} gave no credential; run it by hand to see why"
        )
    tls = None
    if not found.host.startswith("http://"):
        tls = live or _trust(found, where)
        if certified:
            show_certificate(
                tls,
                Path(found.cert_file),
                Path(found.key_file) if found.key_file else None,
                where=f"kubeconfig {where}",
            )
    renews = any(chosen.user.get(field) for field in ("exec", "auth-provider", "tokenFile"))
    return Loaded(found.host, tls, header, chosen.context.get("namespace") or "default", found.proxy or None, renews)


def _trust(found: Any, where: str) -> Trust:
    authorities = Path(found.ssl_ca_cert).read_text(encoding="utf-8") if found.ssl_ca_cert else None
    return trusting(
        authorities, where=f"kubeconfig {where}", verify=found.verify_ssl, expected_name=found.tls_server_name
    )


def _one_line(error: BaseException) -> str:
    return redact(" ".join(str(error).split()))[:300] or type(error).__name__
