"""One request, against a server on 127.0.0.1 that behaves in every way that matters."""

from __future__ import annotations

import errno
import socket
import threading
import time

import pytest

from drill.observe.http_answer import MOST_BYTES, outcome, reason
from drill.observe.http_request import Client
from drill.record.timeline import OUTCOMES
from inventory.errors import ConfigError
from tests.support.web_server import PAGE, PAGES, Answer, Handler, closed_port, serving

LIMIT = 0.3
LATE = 5.0
"""No answer may take longer than this: a generous multiple of the limit."""


def ask(answer: Answer, limit: float = LIMIT) -> tuple[str, str, int | None]:
    with serving(answer) as server:
        client = Client(server.url, limit, PAGES, fresh=True)
        began = time.monotonic()
        found = client.ask()
        assert time.monotonic() - began < LATE
        return found.outcome, found.page, found.status


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.enough.wait(0.05):  # type: ignore[attr-defined]
        handler.wfile.write(b".")
        handler.wfile.flush()


def hang(handler: Handler) -> None:
    handler.server.enough.wait(10)  # type: ignore[attr-defined]


def half(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(PAGE + b"half a page")
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


def chunked(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(PAGE), PAGE))
    handler.wfile.flush()
    handler.wfile.write(b"0\r\n\r\n")


def without_length(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE)
    handler.close_connection = True


def slowly(handler: Handler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE):
        handler.wfile.write(bytes((byte,)))
        handler.wfile.flush()


def half_a_header(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-")
    handler.close_connection = True


def nonsense(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda h: h.page(PAGE), ("ok", "node1.magedu.com", 200)),
        (lambda h: h.page(b"<html><h1>Node2.magedu.com</h1>"), ("ok", "node2.magedu.com", 200)),
        (lambda h: h.page(b"Apache2 Debian Default Page"), ("wrong_body", "", 200)),
        (lambda h: h.page(b""), ("wrong_body", "", 200)),
        (lambda h: h.page(b"\xff\xfe\x00"), ("wrong_body", "", 200)),
        (lambda h: h.page(PAGE, 503), ("http_error", "", 503)),
        (lambda h: h.page(b"", 302, Location="http://192.0.2.1/"), ("http_error", "", 302)),
        (lambda h: h.page(PAGE + b"x" * MOST_BYTES * 4), ("ok", "node1.magedu.com", 200)),
        (lambda h: h.page(b"x" * MOST_BYTES + PAGE), ("wrong_body", "", 200)),
        (Handler.reset, ("reset", "", None)),
        (hang_up, ("reset", "", None)),
        (half, ("reset", "", 200)),
        (chunked, ("ok", "node1.magedu.com", 200)),
        (without_length, ("ok", "node1.magedu.com", 200)),
        (slowly, ("ok", "node1.magedu.com", 200)),
        (half_a_header, ("reset", "", None)),
        (nonsense, ("http_error", "", None)),
        (hang, ("timeout", "", None)),
        (drip, ("timeout", "", None)),
    ],
    ids=[
        "node1", "node2", "default page", "empty", "no text", "503", "redirect", "a long page", "marker too late",
        "reset", "hung up", "half a page", "chunks",
        "no length", "byte by byte", "half a header", "no http", "hangs", "drips",
    ],
)  # fmt: skip
def test_how_a_request_ends(answer: Answer, expected: tuple[str, str, int | None]) -> None:
    assert ask(answer) == expected


def test_nobody_listens() -> None:
    found = Client(f"http://127.0.0.1:{closed_port()}/", LIMIT, PAGES, fresh=True).ask()
    assert (found.outcome, found.detail) == ("refused", "[Errno 111] Connection refused")
    assert not found.opened


def test_a_full_backlog_is_a_timeout() -> None:
    """Nobody accepts: what a frozen node looks like."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        clients = [
            Client(f"http://127.0.0.1:{listener.getsockname()[1]}/", 0.1, PAGES, fresh=False)
            for _ in range(4)
        ]
        assert {client.ask().outcome for client in clients} == {"timeout"}
        for client in clients:
            client.close()


@pytest.mark.parametrize("error", [ConnectionResetError, BrokenPipeError], ids=lambda one: one.__name__)
@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "kept"])
def test_a_reset_while_connecting_is_an_answer(
    error: type[OSError], fresh: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        raise error(errno.ECONNRESET if error is ConnectionResetError else errno.EPIPE, "while connecting")

    monkeypatch.setattr(socket.socket, "connect", connect)
    found = Client(f"http://127.0.0.1:{closed_port()}/", LIMIT, PAGES, fresh=fresh).ask()
    assert (found.outcome, found.opened) == ("reset", False)
    assert "while connecting" in found.detail


def test_a_fresh_client_opens_a_connection_each_time() -> None:
    with serving() as server:
        client = Client(server.url, LATE, PAGES, fresh=True)
        assert [client.ask().opened for _ in range(3)] == [True, True, True]
        assert server.connections == 3


def test_the_other_client_keeps_its_connection() -> None:
    with serving() as server:
        client = Client(server.url, LATE, PAGES, fresh=False)
        assert [client.ask().opened for _ in range(3)] == [True, False, False]
        assert server.connections == 1
        client.close()


def test_closing_does_not_wait_for_the_garbage_collector() -> None:
    ended = threading.Event()

    def until_the_end(handler: Handler) -> None:
        handler.page()
        if handler.rfile.read(1) == b"":
            ended.set()

    with serving(until_the_end) as server:
        client = Client(server.url, LATE, PAGES, fresh=False)
        assert client.ask().outcome == "ok"
        client.close()
        assert ended.wait(LATE), "a server that stops gracefully waits for a connection that stays open"


def test_a_kept_connection_that_was_cut_is_opened_anew() -> None:
    def once(handler: Handler) -> None:
        handler.page()
        handler.close_connection = True

    with serving(once) as server:
        client = Client(server.url, LATE, PAGES, fresh=False)
        outcomes = [client.ask().outcome for _ in range(6)]
        client.close()
    assert outcomes.count("ok") >= 3, "a cut shows in at most every other request"
    assert set(outcomes) <= {"ok", "reset"}


def test_the_limit_counts_for_each_request_on_a_kept_connection() -> None:
    def late(handler: Handler) -> None:
        handler.server.enough.wait(0.2)  # type: ignore[attr-defined]
        handler.page()

    with serving(late) as server:
        client = Client(server.url, LATE, PAGES, fresh=False)
        client.limit = 2.0
        assert [client.ask().outcome for _ in range(3)] == ["ok"] * 3
        client.close()


def test_neither_proxy_nor_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    asked: list[str | None] = []

    def answer(handler: Handler) -> None:
        asked.append(handler.headers.get("Cookie"))
        handler.page(PAGE, 200, **{"Set-Cookie": "node=1"})

    with serving(answer) as server:
        client = Client(server.url, LATE, PAGES, fresh=True)
        assert [client.ask().outcome for _ in range(2)] == ["ok", "ok"]
    assert asked == [None, None]


@pytest.mark.parametrize(
    "url", ["http://node1.magedu.com/", "https://127.0.0.1/", "http:///", "ftp://127.0.0.1/", "http://[::1]/"]
)
def test_only_plain_http_to_an_address(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(url, LIMIT, PAGES, fresh=True)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), "unreachable"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "unreachable"),
        (OSError(errno.ETIMEDOUT, "timed out"), "timeout"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "refused"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "reset"),
        (BrokenPipeError(errno.EPIPE, "pipe"), "reset"),
        (TimeoutError("timed out"), "timeout"),
        (OSError(errno.EIO, "?"), "http_error"),
        (ValueError("?"), "http_error"),
    ],
    ids=repr,
)
def test_the_name_of_a_failure(error: BaseException, name: str) -> None:
    assert outcome(error) == name
    assert name in OUTCOMES


def test_the_reason_is_one_short_line() -> None:
    inner = OSError(errno.EHOSTUNREACH, "No route to host")
    assert reason(inner) == f"[Errno {errno.EHOSTUNREACH}] No route to host"
    assert reason(ValueError()) == "ValueError"
    assert reason(ValueError("a\nb")) == "a b"
    assert len(reason(ValueError("x" * 1000))) == 120
