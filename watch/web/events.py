"""Server-sent events: the newest view to each page, as often as it changes. Source: the HTML standard, section 9.2.

Each message has a whole view, so a page that connects again needs nothing else, and a slow page misses only views that
are already old.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.responses import StreamingResponse

TICK_S = 0.05
"""The time between two looks for something new (seconds)."""
BEAT_S = 1.0
"""The longest time between two messages (seconds): a page that gets none for longer knows that it is disconnected."""
RETRY_MS = 1000


class Newest:
    """The newest message of one source, made at most once in each tick for all pages. `take` gives what is shown."""

    def __init__(self, take: Callable[[], object]) -> None:
        self._take = take
        self._at = float("-inf")
        self._content = b""
        self.number = 0
        """Counts the messages whose content is new."""
        self.text = b""

    def look(self) -> None:
        """Look for something new."""
        now = time.monotonic()
        if now - self._at < TICK_S / 2:
            return
        self._at = now
        found = msgspec.to_builtins(self._take())
        moment = found.pop("now")
        content = msgspec.json.encode(found)
        if content != self._content:
            self._content = content
            self.number += 1
        self.text = b'data: {"now":%s,%s\n\n' % (msgspec.json.encode(moment), content[1:])


async def messages(newest: Newest, ending: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The messages for one page, until the server ends."""
    yield b"retry: %d\n\n" % RETRY_MS
    number, sent = -1, float("-inf")
    while not ending():
        newest.look()
        if newest.number != number or time.monotonic() - sent >= BEAT_S:
            number, sent = newest.number, time.monotonic()
            yield newest.text
        await asyncio.sleep(TICK_S)


def stream(newest: Newest, ending: Callable[[], bool]) -> StreamingResponse:
    """The answer to a page that wants events."""
    return StreamingResponse(messages(newest, ending), media_type="text/event-stream")
