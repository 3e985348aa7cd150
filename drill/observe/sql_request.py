"""One SQL query with a limit on its whole duration, by PostgreSQL's protocol 3.0, and a name for its outcome.

The limit applies from the opening of the connection (on a kept connection: from the query) to the end of the answer.
The client is written on sockets, as the client of HTTP is: the probe sends many requests in each second on the machine
that it measures, and libraries have no limit for a whole request. The server must let the user in without a password
(`trust` in pg_hba.conf), because a probe has none.
Source: PostgreSQL's documentation, "Frontend/Backend Protocol" ("Message Formats").
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Collection, Iterator

from drill.observe.http_answer import Answer, outcome, reason
from inventory.model import Node
from inventory.probes import ProbeRequest

PROTOCOL = 196608
"""Version 3.0."""
MOST_BYTES = 65536
"""A message may have at most this many bytes; the answer of a probe is short."""
_HEAD = struct.Struct("!ci")


class SqlError(Exception):
    """The server answered with an error, or not by PostgreSQL's protocol."""


def node_named(word: str, nodes: Collection[Node]) -> str:
    """The full name of the node that a word names; "" when it names none."""
    return next((node.name for node in nodes if node.is_called(word)), "")


class SqlClient:
    """Sends one query again and again from one thread; `fresh` opens a connection for each. `limit` is in seconds."""

    def __init__(
        self,
        request: ProbeRequest,
        address: tuple[str, int],
        nodes: Collection[Node],
        limit: float,
        *,
        fresh: bool,
    ) -> None:
        self._request, self._address, self._nodes = request, address, nodes
        self._limit, self._fresh = limit, fresh
        self._socket: socket.socket | None = None
        self._deadline = 0.0
        self._text = b""

    def ask(self, query: str = "") -> Answer:
        """Send the query (default: the request's), for at most the limit. An error is an answer, not raised."""
        opened = self._socket is None
        try:
            value = next(iter(self.values(query or self._request.query)), "")
            return Answer("ok", page=node_named(value, self._nodes), opened=opened)
        except SqlError as error:
            self.close()
            return Answer("failed", detail=reason(error), opened=opened)
        except OSError as error:
            self.close()
            return Answer(outcome(error), detail=reason(error), opened=opened)

    def values(self, query: str) -> tuple[str, ...]:
        """The first value of each row of the answer, without those that are NULL. Raises SqlError, OSError."""
        self._deadline = time.monotonic() + self._limit
        try:
            return self._values(query)
        finally:
            if self._fresh:
                self.close()

    def close(self) -> None:
        """Close the connection; the next query opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket, self._text = None, b""

    def _values(self, query: str) -> tuple[str, ...]:
        if self._socket is None:
            self._open()
        self._send(b"Q", query.encode() + b"\0")
        found: list[str] = []
        for kind, body in self._messages():
            if kind == b"D":
                found.append(_first_value(body))
            elif kind == b"E":
                raise SqlError(_error(body))
        return tuple(filter(None, found))

    def _open(self) -> None:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket, self._text = connection, b""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._limited().connect(self._address)
        words = (
            "user",
            self._request.user,
            "database",
            self._request.database,
            "application_name",
            "ha-lab-probe",
        )
        body = struct.pack("!i", PROTOCOL) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
        self._limited().sendall(struct.pack("!i", len(body) + 4) + body)
        for kind, text in self._messages():
            if kind == b"E":
                raise SqlError(_error(text))
            if kind == b"R" and struct.unpack("!i", text[:4])[0] != 0:
                raise SqlError("the server asks for a password: the probe's user must be let in by `trust`")

    def _messages(self) -> Iterator[tuple[bytes, bytes]]:
        """The server's messages until it is ready for a query."""
        while True:
            kind, length = _HEAD.unpack(self._exactly(_HEAD.size))
            if not 4 <= length <= MOST_BYTES:
                raise SqlError(f"not PostgreSQL's protocol: a message of {length} bytes")
            body = self._exactly(length - 4)
            yield kind, body
            if kind == b"Z":
                return
            if kind == b"E" and b"SFATAL" in body:
                return

    def _exactly(self, count: int) -> bytes:
        while len(self._text) < count:
            more = self._limited().recv(MOST_BYTES)
            if not more:
                raise ConnectionResetError(104, "the server closed the connection without an answer")
            self._text += more
        found, self._text = self._text[:count], self._text[count:]
        return found

    def _send(self, kind: bytes, body: bytes) -> None:
        self._limited().sendall(_HEAD.pack(kind, len(body) + 4) + body)

    def _limited(self) -> socket.socket:
        """The connection, whose next call may last until the deadline."""
        assert self._socket is not None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
        return self._socket


def _first_value(body: bytes) -> str:
    """The first value of a DataRow; "" for NULL and without a column."""
    count, length = struct.unpack("!hi", body[:6]) if len(body) >= 6 else (0, -1)
    return body[6 : 6 + length].decode(errors="replace") if count and length > 0 else ""


def _error(body: bytes) -> str:
    """The message of an ErrorResponse: its fields C (the code) and M (the text)."""
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return f"{fields.get(b'C', '?')} {fields.get(b'M', 'the server refused')}"
