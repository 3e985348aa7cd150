"""The clients of a probe, by what they ask: a page, a connection, a query, or a command of this machine.

Each has `ask`, which gives an Answer within its limit and never raises, and `close`.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from ipaddress import IPv4Address
from typing import Protocol

from drill.observe.http_answer import Answer, outcome, reason
from drill.observe.http_request import Client
from drill.observe.sql_request import SqlClient, node_named
from inventory.host import command
from inventory.model import Lab, Node
from inventory.probes import ProbeRequest
from status.web_page import nodes_by_marker


class ProbeClient(Protocol):
    """One client, used by one thread."""

    def ask(self) -> Answer:
        """Send one request, and wait for its answer for at most the limit."""

    def close(self) -> None:
        """Close what is still open."""


def client(
    request: ProbeRequest,
    vip: IPv4Address,
    nodes: Collection[Node],
    pages: Mapping[str, str],
    limit: float,
    *,
    fresh: bool,
) -> ProbeClient:
    """A client for a request. `fresh`: a new connection for each request; `limit` in seconds.

    `pages` maps a text on a node's page to that node's name.
    """
    if request.kind == "sql":
        return SqlClient(request, (str(vip), request.port), nodes, limit, fresh=fresh)
    if request.kind == "tcp":
        return TcpClient((str(vip), request.port), limit)
    if request.kind == "command":
        return CommandClient(request.argv(vip), nodes, limit)
    return Client(request.target(vip), limit, pages, fresh=fresh)


def of_lab(lab: Lab) -> ProbeClient:
    """A client for one request to a lab's service, as its probe sends them."""
    pages = nodes_by_marker(lab.nodes)
    return client(lab.drill.probe, lab.vip, lab.nodes, pages, lab.probe_timeout_s, fresh=True)


class TcpClient:
    """Connects, and closes the connection: whether something listens. Which node it is, is not told."""

    def __init__(self, address: tuple[str, int], limit: float) -> None:
        self._address, self._limit = address, limit

    def ask(self) -> Answer:
        """Connect within the limit."""
        try:
            socket.create_connection(self._address, self._limit).close()
        except OSError as error:
            return Answer(outcome(error), detail=reason(error), opened=True)
        return Answer("ok", opened=True)

    def close(self) -> None:
        """Nothing stays open."""


class CommandClient:
    """Runs a program of this machine; the request succeeds when it exits 0 within the limit."""

    def __init__(self, argv: tuple[str, ...], nodes: Collection[Node], limit: float) -> None:
        self._argv, self._nodes, self._limit = argv, nodes, limit

    def ask(self) -> Answer:
        """Run the program to its end; it is killed at the limit."""
        done = command.run(self._argv, deadline=self._limit, quiet=True)
        if done.status == command.TIMED_OUT:
            return Answer("timeout", detail=done.err, opened=True)
        said = " ".join((done.err.strip() or done.out.strip()).split())[:100]
        if not done.good:
            return Answer("failed", status=done.status, detail=f"exit {done.status}: {said}", opened=True)
        return Answer("ok", page=node_named((done.out.split() or [""])[0], self._nodes), opened=True)

    def close(self) -> None:
        """Nothing stays open."""
