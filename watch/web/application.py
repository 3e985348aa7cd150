"""The pages and their events as a Starlette application."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from drill.report import run_folder
from inventory.errors import ConfigError, LabError
from language.speech import show
from watch.feed.control import Control
from watch.feed.hub import Hub
from watch.model.tile import Tile
from watch.web import events, pages
from watch.web.access import Access
from watch.web.events import Newest
from watch.web.guard import Guard

RUN = re.compile(r"[A-Za-z0-9_-]+")
"""The name of a run's folder."""
MOST_NAME = 100
"""The longest name of a scenario in a request (bytes)."""
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; sandbox allow-scripts"
)
"""A report is shown without any right of this server's origin."""


class Source(Protocol):
    """The labs that are shown."""

    def watched(self, number: int) -> AbstractContextManager[Hub]:
        """The hub of one lab, which is observed while the block runs. Raises ConfigError for an unknown number."""
        ...

    def tiles(self) -> tuple[Tile, ...]:
        """One tile for each lab."""
        ...


class Tiles(Struct, frozen=True):
    """What the page of all labs gets."""

    now: float
    tiles: tuple[Tile, ...]


class Site:
    """The answers. `single` is the lab of the only page; None: all labs are shown as tiles.

    `ending`: the server is about to end.
    """

    def __init__(
        self,
        source: Source,
        access: Access,
        controls: Callable[[int], Control],
        runs: Path,
        *,
        single: int | None,
        ending: Callable[[], bool],
    ) -> None:
        self._source, self._access, self._controls, self._runs = source, access, controls, runs
        self._single, self._ending = single, ending
        self._tiles = Newest(lambda: Tiles(time.time(), source.tiles()))
        self._views: dict[int, tuple[Hub, Newest]] = {}

    def application(self) -> Guard:
        """The whole application, behind its guard."""
        routes = [
            Route("/", self._first),
            Route("/tiles", self._all_tiles),
            Route("/lab/{number:int}", self._lab),
            Route("/lab/{number:int}/events", self._events),
            Route("/lab/{number:int}/scenarios", self._scenarios),
            Route("/lab/{number:int}/start", self._start, methods=["POST"]),
            Route("/lab/{number:int}/stop", self._stop, methods=["POST"]),
            Route("/report/{run}", self._report),
        ]
        return Guard(Starlette(routes=routes, exception_handlers={LabError: _refused}), self._access)

    async def _first(self, request: Request) -> Response:
        if self._single is not None:
            return pages.page(labs=False, number=self._single, control=self._access.control)
        return pages.page(labs=True, number=0, control=False)

    async def _lab(self, request: Request) -> Response:
        number = request.path_params["number"]
        with self._source.watched(number):
            return pages.page(
                labs=False, number=number, control=self._access.control, back=self._single is None
            )

    async def _all_tiles(self, request: Request) -> Response:
        return events.stream(self._tiles, self._ending)

    async def _events(self, request: Request) -> Response:
        number = request.path_params["number"]
        with self._source.watched(number) as hub:  # raises for an unknown lab, before the answer begins
            newest = self._newest(number, hub)
        return StreamingResponse(self._messages(number, newest), media_type="text/event-stream")

    async def _messages(self, number: int, newest: Newest) -> AsyncIterator[bytes]:
        with self._source.watched(number):
            async for one in events.messages(newest, self._ending):
                yield one

    def _newest(self, number: int, hub: Hub) -> Newest:
        before = self._views.get(number)
        if before is None or before[0] is not hub:
            self._views[number] = before = (hub, Newest(hub.view))
        return before[1]

    async def _scenarios(self, request: Request) -> Response:
        titles = await run_in_threadpool(self._controls(request.path_params["number"]).titles)
        return JSONResponse({name: show(title) for name, title in titles.items()})

    async def _start(self, request: Request) -> Response:
        name = (await _body(request)).decode("utf-8", errors="replace")
        control = self._controls(request.path_params["number"])
        return PlainTextResponse(show(await run_in_threadpool(control.start, name)))

    async def _stop(self, request: Request) -> Response:
        control = self._controls(request.path_params["number"])
        return PlainTextResponse(show(await run_in_threadpool(control.stop)))

    async def _report(self, request: Request) -> Response:
        run = request.path_params["run"]
        path = self._runs / run / run_folder.REPORT
        if not RUN.fullmatch(run) or not path.is_file():
            return PlainTextResponse(f"{show('There is no such report.')}\n", status_code=404)
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})


async def _body(request: Request) -> bytes:
    """The body of a request, cut at MOST_NAME bytes."""
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > MOST_NAME:
            break
    return found[:MOST_NAME]


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, LabError)
    status = 404 if isinstance(error, ConfigError) else 409
    return PlainTextResponse(f"{show(error.message)} {show(error.hint)}".strip(), status_code=status)
