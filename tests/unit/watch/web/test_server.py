"""The server on loopback, asked byte by byte as no browser would."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.report import run_folder
from inventory.errors import ConfigError, MachineError
from inventory.waiting import CLOCK, until
from tests.support.example_lab import NODE1
from tests.support.watch_server import Labs, Served, serving
from tests.support.watched import StillHub, failover, healthy, sample, up
from watch.web.access import Access
from watch.web.server import LOOPBACK, Server, bound, own_addresses

TOKEN = "right-and-long-enough-token"
RUN = "2026-01-02_03-04-05"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("lab")
    (root / "runs" / RUN).mkdir(parents=True)
    (root / "runs" / RUN / run_folder.REPORT).write_text("<!doctype html><title>a report</title>")
    (root / "runs" / "secret").write_text("no report")
    labs = Labs({1: StillHub(failover(20, 26), 29.0), 2: StillHub([up(number=2), *healthy()], 1.0)})
    with serving(Served(root, labs, Access(TOKEN, control=True), single=None)) as one:
        yield one


def raw(
    served: Served, method: str, path: str, *headers: str, body: str = "", token: str = TOKEN
) -> tuple[int, str]:
    """The status and the text of one answer; of a stream, what came in the first moment. "HOST" is the right Host."""
    own = f"Host: 127.0.0.1:{served.port}"
    lines = [own if one == "HOST" else one for one in headers]
    query = f"?token={token}" if token else ""
    text = "\r\n".join([f"{method} {path}{query} HTTP/1.1", *lines, f"Content-Length: {len(body)}", "", body])
    with socket.create_connection((LOOPBACK, served.port), 10) as link:
        link.sendall(text.encode())
        link.settimeout(10)
        found = b""
        while b"data: " not in found:
            more = link.recv(65536)
            found += more
            head, _, rest = found.partition(b"\r\n\r\n")
            length = [
                int(one.split(b":")[1])
                for one in head.lower().split(b"\r\n")
                if one.startswith(b"content-length")
            ]
            if not more or (length and len(rest) >= length[0]):
                break
    said = found.decode()
    return int(said.split()[1]), said.replace("\r\n", "\n")


def origin(served: Served) -> str:
    return f"Origin: http://127.0.0.1:{served.port}"


@pytest.mark.parametrize(
    "path", ["/", "/lab/1", "/lab/1/events", "/tiles", "/lab/1/scenarios", f"/report/{RUN}"]
)
def test_each_address_is_answered_only_with_the_token(served: Served, path: str) -> None:
    assert raw(served, "GET", path, "HOST")[0] == 200
    for wrong in ("", "wrong", TOKEN[:-1]):
        status, text = raw(served, "GET", path, "HOST", token=wrong)
        assert status == 403, path
        assert "Open the address that ./lab watch printed" in text
        assert NODE1 not in text


@pytest.mark.parametrize("path", ["/", "/lab/1/events", "/nowhere"])
def test_another_host_a_second_host_and_another_origin_get_403(served: Served, path: str) -> None:
    own = f"127.0.0.1:{served.port}"
    for headers in (
        ("Host: attacker.example",),
        (f"Host: attacker.example:{served.port}",),
        (f"Host: {own}", "Host: attacker.example"),
        (f"Host: {own}", f"Host: {own}"),
        (f"Host: {own}", "Origin: http://attacker.example"),
        (f"Host: {own}", "Origin: null"),
    ):
        assert raw(served, "GET", path, *headers)[0] == 403, headers


def test_a_page_carries_everything_and_may_load_nothing(served: Served) -> None:
    for path in ("/", "/lab/1"):
        text = raw(served, "GET", path, "HOST")[1]
        lower = text.lower()
        for header in (
            "content-security-policy: default-src 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ):
            assert header in lower, header
        assert "x-frame-options: deny" in lower
        assert "server:" not in lower.partition("\n\n")[0]
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), (
            "no other address is in the page"
        )
        assert "https://" not in text
        assert TOKEN not in text


def test_the_events_are_whole_views(served: Served) -> None:
    text = raw(served, "GET", "/lab/1/events", "HOST")[1]
    assert "text/event-stream" in text
    [line] = [one for one in text.splitlines() if one.startswith("data: ")]
    view = json.loads(line.removeprefix("data: "))
    assert (view["owners"], view["clients"][0]["good"], view["up"]) == (["node2.magedu.com"], True, True)
    text = raw(served, "GET", "/tiles", "HOST")[1]
    [line] = [one for one in text.splitlines() if one.startswith("data: ")]
    assert [one["number"] for one in json.loads(line.removeprefix("data: "))["tiles"]] == [1, 2]


def test_a_page_that_is_closed_is_no_longer_a_reader(served: Served) -> None:
    raw(served, "GET", "/lab/2/events", "HOST")
    until(lambda: served.labs.readers[2], lambda count: count == 0, "nobody looks", deadline=20, clock=CLOCK)


def test_a_scenario_is_started_and_stopped_by_an_own_page_only(served: Served) -> None:
    for headers in (
        ("HOST",),
        ("HOST", "Origin: http://attacker.example"),
        ("Host: attacker.example", "Origin: http://attacker.example"),
    ):
        assert raw(served, "POST", "/lab/1/start", *headers, body="freeze")[0] == 403
    assert raw(served, "POST", "/lab/1/start", "HOST", origin(served), body="freeze", token="wrong")[0] == 403
    assert served.started == []
    status, text = raw(served, "POST", "/lab/1/start", "HOST", origin(served), body="freeze")
    assert (status, served.started) == (200, ["freeze"])
    assert text.endswith("freeze begins (process 4711)")
    status, text = raw(served, "POST", "/lab/1/start", "HOST", origin(served), body="partition")
    assert (status, served.started) == (409, ["freeze"])
    assert "freeze runs already" in text
    served.status = 0
    status, text = raw(served, "POST", "/lab/1/stop", "HOST", origin(served))
    assert status == 409
    assert "No scenario" in text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/lab/1/start", "no-such", 404),
        ("POST", "/lab/1/start", "x" * 100_000, 404),
        ("POST", "/lab/1/start", "", 404),
        ("GET", "/lab/1/start", "", 405),
        ("GET", "/lab/9", "", 404),
        ("GET", "/lab/9/events", "", 404),
        ("GET", "/lab/x", "", 404),
        ("POST", "/", "", 405),
        ("DELETE", "/lab/1", "", 405),
        ("GET", "/report/no-such", "", 404),
        ("GET", "/report/..", "", 404),
        ("GET", "/report/%2e%2e%2fsecret", "", 404),
        ("GET", "/report/secret", "", 404),
    ],
)
def test_wrong_requests_get_a_clear_answer(
    served: Served, method: str, path: str, body: str, status: int
) -> None:
    found, text = raw(served, method, path, "HOST", origin(served), body=body)
    assert found == status
    assert "Traceback" not in text


def test_a_report_gets_no_right_of_this_server(served: Served) -> None:
    status, text = raw(served, "GET", f"/report/{RUN}", "HOST")
    assert status == 200
    assert "sandbox allow-scripts" in text


def test_a_view_that_only_shows_refuses_to_start(tmp_path: Path) -> None:
    labs = Labs({1: StillHub([up(), sample(0.5)], 1.0)})
    with serving(Served(tmp_path, labs, Access())) as one:
        assert raw(one, "GET", "/", "HOST", token="")[0] == 200
        status, text = raw(one, "POST", "/lab/1/start", "HOST", origin(one), body="freeze", token="")
        assert (status, one.started) == (403, [])
        assert "--control" in text


def test_what_is_no_http_ends_nothing(served: Served) -> None:
    for junk in (b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"x" * 100_000, b""):
        with socket.create_connection((LOOPBACK, served.port), 10) as link, contextlib.suppress(OSError):
            link.sendall(junk)
    assert raw(served, "GET", "/", "HOST")[0] == 200


def test_a_port_that_is_taken_and_an_address_of_another_machine_are_told() -> None:
    with bound(LOOPBACK, 0) as link:
        port = link.getsockname()[1]
        with pytest.raises(
            MachineError, match=f"Port {port} of 127.0.0.1 is used by another program"
        ) as caught:
            bound(LOOPBACK, port)
        assert "--port" in caught.value.hint
    with pytest.raises(ConfigError, match="is no address of this machine"):
        bound("192.0.2.1", 0)
    for text in ("localhost", "node1", "1.2.3", ""):
        with pytest.raises(ConfigError, match="allowed: an IP address"):
            bound(text, 0)


def test_which_addresses_are_printed_and_when_a_token_is_needed(tmp_path: Path) -> None:
    for address, control, needed in (
        ("", False, False),
        ("", True, True),
        (LOOPBACK, False, True),
        ("0.0.0.0", False, True),
    ):
        server = Server(address, 0)
        with server.listening():
            access = server.access(tmp_path, control=control, new=False)
            assert bool(access.token) is needed
            found = server.addresses(access)
        assert all(one.endswith(f"/?token={access.token}" if needed else "/") for one in found)
        assert found[-1].startswith("http://127.0.0.1:")
    assert own_addresses()[-1] == LOOPBACK
