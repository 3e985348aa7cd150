"""The page of the live view, served for a test on loopback by a thread, with labs that are hubs in memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from inventory.errors import ConfigError
from inventory.homes import STATE
from inventory.host.command import Started
from inventory.waiting import CLOCK, until
from watch.feed.control import Control
from watch.feed.hub import Hub
from watch.model.tile import Tile, tile
from watch.web.access import Access
from watch.web.application import Site
from watch.web.server import Server

TITLES: Mapping[str, str] = {
    "freeze": "The active node is frozen",
    "partition": "The nodes do not see each other",
}
ENDS_WITHIN_S = 15.0


class Labs:
    """Labs in memory. `readers` counts who looks at each."""

    def __init__(self, hubs: Mapping[int, Hub]) -> None:
        self.hubs = hubs
        self.readers = dict.fromkeys(hubs, 0)

    @contextlib.contextmanager
    def watched(self, number: int) -> Iterator[Hub]:
        if number not in self.hubs:
            raise ConfigError(f"There is no lab {number} in this folder.")
        self.readers[number] += 1
        try:
            yield self.hubs[number]
        finally:
            self.readers[number] -= 1

    def tiles(self) -> tuple[Tile, ...]:
        return tuple(tile(number, hub.view()) for number, hub in self.hubs.items())


class Served:
    """A server that runs. `started` are the scenarios that its pages started."""

    def __init__(
        self, root: Path, labs: Labs, access: Access, *, single: int | None = 1, port: int = 0
    ) -> None:
        self.root, self.labs, self.access, self.single = root, labs, access, single
        self.started: list[str] = []
        self.status: int | None = None
        self.port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._controls: dict[int, Control] = {}

    def control(self, number: int) -> Control:
        def launch(argv: list[str], output: Path, folder: Path) -> Started:
            self.started.append(argv[-1])
            return Started(4711, lambda: self.status)

        (self.root / STATE).mkdir(exist_ok=True)
        return self._controls.setdefault(number, Control(self.root, number, lambda: TITLES, launch))

    @property
    def address(self) -> str:
        query = f"?token={self.access.token}" if self.access.token else ""
        return f"http://127.0.0.1:{self.port}/{query}"

    def start(self) -> None:
        server = self._server = Server("", self.port)
        site = Site(
            self.labs, self.access, self.control, self.root / "runs", single=self.single, ending=server.ending
        )
        listens = threading.Event()

        def serve() -> None:
            with server.listening():
                assert server._link is not None
                self.port = server._link.getsockname()[1]
                listens.set()
                server.run(site.application())

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert listens.wait(20), "the server does not listen"

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        until(lambda: self._server and self._server._server, bool, "it runs", deadline=20, clock=CLOCK)
        self._server.stop()
        self._thread.join(ENDS_WITHIN_S)
        assert not self._thread.is_alive(), "the server ends, also when a page stays connected"


@contextlib.contextmanager
def serving(served: Served) -> Iterator[Served]:
    served.start()
    try:
        yield served
    finally:
        served.stop()
