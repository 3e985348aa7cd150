"""Answers each request that is refused with 403, before the application sees it, and hardens the other answers."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inventory import log
from inventory.printable import one_line
from language.speech import show
from watch.web.access import Access, Question

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The token is in the address: no other site may get it (Referrer-Policy), and no cache may keep an answer."""
SAFE = ("GET", "HEAD")


class Guard:
    """The outermost part of the server."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification. Only HTTP is answered."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        refusal = self._access.refusal(_question(scope))
        if refusal:
            client = (scope.get("client") or ("?",))[0]
            log.note(f"watch: 403 for {client}: {one_line(refusal)}")
            answer = PlainTextResponse(f"403: {show(refusal)}\n", status_code=403)
            await answer(scope, receive, _hardened(send))
            return
        await self._app(scope, receive, _hardened(send))


def _question(scope: Scope) -> Question:
    headers = Headers(scope=scope)
    host, port = scope.get("server") or ("", 0)
    token = QueryParams(scope.get("query_string", b"")).get("token", "")
    changes = scope["method"] not in SAFE
    return Question(headers.getlist("host"), headers.getlist("origin"), token, (host, port or 0), changes)


def _hardened(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
