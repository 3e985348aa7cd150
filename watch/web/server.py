"""Serves the pages until Ctrl-C: binds first, so that a port that is taken is told before anything begins."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from inventory.errors import ConfigError, LabError, MachineError
from inventory.host import networks
from watch.web.access import Access, Address
from watch.web.guard import Guard
from watch.web.token import token

LOOPBACK, PORT = "127.0.0.1", 8400
CLOSING_S = 2
"""After Ctrl-C the server waits so long for pages that stay connected (seconds)."""
MOST_CONNECTIONS = 400
"""Further connections get the answer 503."""


def bound(address: str, port: int) -> socket.socket:
    """A socket that listens. Raises ConfigError for an address that is not this machine's, MachineError for a port."""
    try:
        here = ip_address(address)
    except ValueError:
        raise ConfigError(
            f"--bind: found {address!r}; allowed: an IP address of this machine, or 0.0.0.0 for all of them",
            hint="ip -br address lists them",
        ) from None
    link = socket.socket(socket.AF_INET6 if here.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind((str(here), port))
        link.listen(100)
    except OSError as error:
        link.close()
        raise _refused(here, port, error) from error
    return link


def _refused(here: Address, port: int, error: OSError) -> LabError:
    if error.errno == errno.EADDRINUSE:
        return MachineError(
            f"Port {port} of {here} is used by another program.",
            hint=f"Choose another one with --port, or see who uses it: ss -ltnp 'sport = :{port}'",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ConfigError(f"--bind: {here} is no address of this machine", hint="ip -br address lists them")
    if error.errno == errno.EACCES:
        return MachineError(f"Port {port} needs root.", hint="Choose a port from 1024 on: --port")
    return MachineError(f"{here} port {port}: {error.strerror}", hint="./lab doctor checks this machine.")


class Server:
    """The web server on an address ("": loopback) and a port of this machine (0: any free one)."""

    def __init__(self, address: str = "", port: int = PORT) -> None:
        self._address, self._port = address, port
        self._link: socket.socket | None = None
        self._server: uvicorn.Server | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Listen inside the block. Raises what `bound` raises."""
        with bound(self._address or LOOPBACK, self._port) as self._link:
            yield

    def access(self, state: Path, *, control: bool, new: bool) -> Access:
        """The rules: a token where an address was chosen, or where scenarios may be started. Raises MachineError."""
        needed = bool(self._address) or control
        return Access(token(state, new=new) if needed else "", control)

    def addresses(self, access: Access) -> list[str]:
        """The addresses of the page, with the token."""
        assert self._link is not None
        here, port, *_ = self._link.getsockname()
        names = [here] if not ip_address(here).is_unspecified else own_addresses()
        query = f"?token={access.token}" if access.token else ""
        return [f"http://{f'[{one}]' if ':' in one else one}:{port}/{query}" for one in names]

    def ending(self) -> bool:
        """Whether the pages' streams must end now."""
        return self._server is not None and self._server.should_exit

    def stop(self) -> None:
        """End it. Any thread may call this."""
        if self._server is not None:
            self._server.should_exit = True

    def run(self, application: Guard, seconds: float = 0.0) -> None:
        """Serve until Ctrl-C, until `stop`, or for so many seconds (0: without an end)."""
        assert self._link is not None
        config = uvicorn.Config(
            application,
            http="httptools",  # it passes a second Host header on, so that the guard can refuse it
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=CLOSING_S,
            limit_concurrency=MOST_CONNECTIONS,
        )
        self._server = uvicorn.Server(config)
        timer = threading.Timer(seconds, self.stop)
        timer.daemon = True
        if seconds:
            timer.start()
        try:
            self._server.run(sockets=[self._link])
        finally:
            timer.cancel()


def own_addresses() -> list[str]:
    """The addresses of this machine (IPv4), loopback last."""
    found = networks.read().links or ()
    return [*(str(one.address.ip) for one in found), LOOPBACK]
