"""An HTTP answer as bytes that come in parts."""

from __future__ import annotations

import pytest

from drill.observe.http_answer import MOST_BYTES, NoHttpError, Reply, Request, parse
from tests.support.web_server import PAGE, PAGES

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n"


def test_every_beginning_of_an_answer_is_not_complete() -> None:
    whole = HEAD + b"\r\n" + PAGE
    assert [parse(whole[:length], ended=False) for length in range(len(whole))] == [None] * len(whole)
    assert parse(whole, ended=False) == Reply(200, PAGE, last=False)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (HEAD + b"\r\n" + PAGE, False),
        (HEAD + b"Connection: close\r\n\r\n" + PAGE, True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * MOST_BYTES, True),
    ],
    ids=["the connection stays", "the server closes it", "a page that is not read to its end"],
)
def test_whether_the_connection_can_be_used_again(text: bytes, last: bool) -> None:
    found = parse(text, ended=False)
    assert found is not None
    assert (found.last, found.cut) == (last, False)


def test_a_page_without_a_length_ends_with_the_connection() -> None:
    text = b"HTTP/1.1 200 OK\r\n\r\n" + PAGE
    assert parse(text, ended=False) is None
    assert parse(text, ended=True) == Reply(200, PAGE, last=True)


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 200 OK\r\nConte"], ids=["nothing", "half a header"])
def test_an_end_before_the_page_is_a_reset(text: bytes) -> None:
    with pytest.raises(ConnectionResetError):
        parse(text, ended=True)


@pytest.mark.parametrize(
    "text", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 " + b"x" * MOST_BYTES]
)
def test_what_is_no_http(text: bytes) -> None:
    with pytest.raises(NoHttpError):
        parse(text, ended=False)


def test_a_page_that_was_cut_off_is_a_reset_with_its_status() -> None:
    reply = parse(HEAD + b"\r\n" + PAGE[:9], ended=True)
    assert reply is not None
    found = Request("http://10.0.0.1/", PAGES).judge(reply, opened=True)
    assert (found.outcome, found.status, found.detail) == ("reset", 200, "cut off after 9 bytes")
