"""A request whose head and body are sent apart must not wait between them for the server to acknowledge the head."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.sockets import prompt_sockets
from tests.fakes.authority import Authority
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import http_backend
from tests.git.stores import content, the_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

NOBODY = Credentials.none()


def mine(address: tuple[str, int]) -> socket.socket:
    """This process's end of a connection, as a socket of its own."""
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            found = socket.socket(fileno=os.dup(number))
            if found.getsockname() == address:
                return found
            found.close()
    raise LookupError(address)


def is_prompt(opened: socket.socket) -> bool:
    return bool(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


class Clients:
    """Whether each that asked was prompt, by the order of their requests."""

    def __init__(self) -> None:
        self.prompt: list[bool] = []

    def met(self, address: tuple[str, int]) -> None:
        with mine(address) as end:
            self.prompt.append(is_prompt(end))


async def test_what_has_a_body_does_not_wait(origin: Origin, http: HttpServer, pool: StorePool) -> None:
    clients = Clients()
    http.behaviour.met = clients.met
    for _ in range(2):  # a new store, and the news for it
        commit = origin.commit({"a": os.urandom(8).hex()})
        await pool.ensure(f"{http.url}/plant.git", commit, "main", NOBODY)
    methods = [method for method, _, _ in http.requests]
    assert methods.count("POST") >= 2
    assert [prompt for method, prompt in zip(methods, clients.prompt, strict=True) if method == "POST"] == [
        True
    ] * methods.count("POST")


async def test_neither_does_it_within_tls(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, clients = Authority(tmp_path), Clients()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.pem))
    with http_backend(origin.path.parent, Behaviour(met=clients.met), tls=authority.server()) as server:
        commit = origin.commit({"a": "1"})
        pool = StorePool(tmp_path / "stores", offload=Thread(), fetch_deadline=60)
        await pool.ensure(f"{server.url}/plant.git", commit, "main", NOBODY)
        assert clients.prompt[-1]
        assert content(pool.tree(f"{server.url}/plant.git", commit)) == {"a": b"1"}


async def test_a_store_of_before_still_follows_nobody(origin: Origin, http: HttpServer, pool: StorePool) -> None:
    """Its configuration does not say so yet, and connecting goes by nothing else."""
    url = f"{http.url}/plant.git"
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    config = the_store(pool) / "config"
    before = "".join(line for line in config.read_text().splitlines(keepends=True) if "ollowRedirects" not in line)
    config.write_text(before)
    moved = origin.commit({"a": "2"})
    http.behaviour.redirects = {"/plant.git": f"{http.url.replace('127.0.0.1', 'localhost')}/elsewhere.git"}
    (origin.path.parent / "elsewhere.git").symlink_to(origin.path)
    asked = len(http.requests)
    await pool.ensure(url, moved, "main", NOBODY)
    paths = [path.partition("?")[0] for _, path, _ in http.requests[asked:]]
    assert paths[0] == "/plant.git/info/refs"
    assert paths[1] == "/plant.git/info/refs", "the way is found by ours, which begins anew, and not by libgit2"


def test_only_what_was_opened_meanwhile_is_touched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as before:
        with prompt_sockets():
            opened = socket.create_connection(server.getsockname())
            left, right = socket.socketpair()
            reading, writing = os.pipe()
        with opened, left, right:
            assert (is_prompt(before), is_prompt(opened)) == (False, True)
        os.close(reading)
        os.close(writing)


def test_nothing_is_left_open_and_a_socket_that_goes_meanwhile_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(number: int) -> int:
        raise OSError(9, "Bad file descriptor")

    opened = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        with prompt_sockets():
            opened.append(socket.create_connection(server.getsockname()))
            count = len(os.listdir("/proc/self/fd"))
        assert len(os.listdir("/proc/self/fd")) == count
        monkeypatch.setattr(os, "dup", gone)
        with prompt_sockets():
            opened.append(socket.create_connection(server.getsockname()))
        assert [is_prompt(one) for one in opened] == [True, False]
        for one in opened:
            one.close()


def test_a_number_that_is_something_else_by_now_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = []
    with socket.create_server(("127.0.0.1", 0)) as server, open(os.devnull, "rb") as other:
        dup = os.dup

        def late(number: int) -> int:
            copies.append(dup(other.fileno()))
            return copies[-1]

        monkeypatch.setattr(os, "dup", late)
        with prompt_sockets():
            opened = socket.create_connection(server.getsockname())
        with opened:
            assert not is_prompt(opened)
    (copy,) = copies
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(copy)


def test_where_the_system_does_not_tell_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def untold(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "listdir", untold)
    with socket.create_server(("127.0.0.1", 0)) as server:
        with prompt_sockets():
            opened = socket.create_connection(server.getsockname())
        with opened:
            assert not is_prompt(opened)
