"""A server on 127.0.0.1 that speaks PostgreSQL's protocol: each connection is handed to a function.

FakeDatabase is one that keeps the numbers of writers, as the table of examples/postgresql does.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address

from inventory.model import Lab
from inventory.probes import ProbeRequest
from tests.support.example_lab import NODE1, example_lab

HERE = IPv4Address("127.0.0.1")
Script = Callable[[socket.socket], None]
WRITE = "INSERT INTO written VALUES ('{writer}', {number}) RETURNING name"
READ = "SELECT number FROM written WHERE writer = '{writer}'"
REMOVE = "DELETE FROM written WHERE writer = '{writer}'"


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


READY = message(b"Z", b"I")
LET_IN = message(b"R", struct.pack("!i", 0)) + message(b"S", b"server_version\x0015\0") + READY


def row(*values: bytes) -> bytes:
    """The answer with these rows of one value."""
    rows = b"".join(message(b"D", struct.pack("!hi", 1, len(one)) + one) for one in values)
    return message(b"T", b"\0\1x") + rows + message(b"C", b"SELECT 1\0")


def error(severity: bytes, code: bytes, text: bytes) -> bytes:
    return message(b"E", b"SFATAL\0" * (severity == b"FATAL") + b"C" + code + b"\0M" + text + b"\0\0")


@contextmanager
def serving(script: Script) -> Iterator[int]:
    """A server on a port of 127.0.0.1 that runs the script with each connection, each in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def served(connection: socket.socket) -> None:
        with connection:
            try:
                script(connection)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=served, args=(connection,), daemon=True))
            threads[-1].start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in (thread, *threads):
            one.join(10)


@dataclass
class FakeDatabase:
    """Keeps the numbers of each writer. `refused` maps the first word of a statement to an error (code, text).

    `named` is the node that acknowledges a write; `forgets` are numbers that it acknowledges and does not keep.
    """

    named: bytes = NODE1.encode()
    rows: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    forgets: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        connection.recv(1000)
        connection.sendall(LET_IN)
        while text := connection.recv(1000):
            with self._lock:
                connection.sendall(self._answer(text[5:-1].decode()) + READY)

    def _answer(self, query: str) -> bytes:
        self.asked.append(query)
        word = query.split(maxsplit=1)[0]
        if word in self.refused:
            return error(b"ERROR", *self.refused[word])
        found = re.search(r"'([\w-]+)'(?:, (\d+))?", query)
        assert found, query
        mine = self.rows.setdefault(found[1], [])
        if word == "INSERT":
            mine += [int(found[2])] if int(found[2]) not in self.forgets else []
            return row(self.named)
        if word == "DELETE":
            mine.clear()
            return row()
        return row(*(str(one).encode() for one in mine))


def database_lab(port: int, **probe: object) -> Lab:
    """The example lab whose floating address and nodes are this machine, with a probe that writes into a database."""
    request = ProbeRequest(
        "sql", port, database="lab", user="probe", query="select 1", write=WRITE, read=READ, remove=REMOVE
    )
    lab = example_lab(vip=HERE)
    return replace(
        lab,
        nodes=tuple(replace(one, address=HERE) for one in lab.nodes),
        drill=replace(lab.drill, probe=replace(request, **probe)),  # type: ignore[arg-type]
    )
