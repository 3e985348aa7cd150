"""What the probe of a drill asks the service for: a page, a connection, a query, or a command of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

ProbeKind = Literal["http", "tcp", "sql", "command"]
PORTS = {"http": 80, "tcp": 0, "sql": 5432, "command": 0}
"""The usual port of each kind; 0: there is none."""


@dataclass(frozen=True)
class ProbeRequest:
    """One request of the probe. The texts may have {vip}, the floating address.

    `path` is the page's. `database`, `user` and `query` are those of an SQL request (PostgreSQL's protocol); the first
    value of its answer may name a node. `command` is a program of this machine with its arguments: it succeeds when it
    exits 0, and the first word that it prints may name a node.

    With `write` a drill can also write numbers into the database. `write` writes the number {number} of the writer
    {writer} and gives the name of the node that did it, `read` gives the numbers of a writer that are there, and
    `remove` removes them. `may_lose`: so many acknowledged writes may be lost when a node fails.
    """

    kind: ProbeKind = "http"
    port: int = PORTS["http"]
    path: str = "/"
    database: str = ""
    user: str = ""
    query: str = ""
    command: tuple[str, ...] = ()
    write: str = ""
    read: str = ""
    remove: str = ""
    may_lose: int = 0

    def target(self, vip: IPv4Address) -> str:
        """What is asked, in one line."""
        if self.kind == "http":
            return f"http://{vip}{'' if self.port == PORTS['http'] else f':{self.port}'}{self.path}"
        if self.kind == "sql":
            return f"postgresql://{self.user}@{vip}:{self.port}/{self.database}"
        return f"tcp://{vip}:{self.port}" if self.kind == "tcp" else " ".join(self.argv(vip))

    def argv(self, vip: IPv4Address) -> tuple[str, ...]:
        """The command with the floating address in it."""
        return tuple(word.replace("{vip}", str(vip)) for word in self.command)

    def statement(self, text: str, writer: str, number: int = 0) -> str:
        """One of the texts write, read and remove, with the writer and the number in it."""
        return text.replace("{writer}", writer).replace("{number}", str(number))


PAGE = ProbeRequest()
"""The page of the document's web server."""
