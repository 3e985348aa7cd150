"""Parses the bytes of an HTTP answer: whether it is complete, and its outcome. Pure. Source: RFC 9112."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import urlsplit

from drill.record.timeline import Outcome
from inventory.errors import ConfigError

MOST_BYTES = 65536
"""At most this much of a page is read (bytes); it must contain the text that names a node."""

_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}
_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,18}) *\r\n")
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked *\r\n")
_LAST = re.compile(rb"\r\nconnection: *close *\r\n")
_HUNG_UP = "Remote end closed connection without response"


class NoHttpError(Exception):
    """The answer is not HTTP."""


@dataclass(frozen=True)
class Answer:
    """The outcome of one request; `opened`: a new connection was opened for it."""

    outcome: Outcome
    page: str = ""
    status: int | None = None
    detail: str = ""
    opened: bool = False


@dataclass(frozen=True)
class Reply:
    """A complete answer: status and page. `last`: the connection cannot be used again. `cut`: the page is not whole."""

    status: int
    body: bytes
    last: bool
    cut: bool = False


@dataclass(frozen=True)
class Request:
    """A GET of a plain http URL with an IPv4 address, and what the pages say. Raises ConfigError for another URL.

    `pages` maps a text on a node's page to that node's name. `keep` asks the server to keep the connection open.
    """

    url: str
    pages: Mapping[str, str]
    keep: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        try:
            IPv4Address(parts.hostname or "")
        except AddressValueError as error:
            raise ConfigError(
                f"{self.url}: an IPv4 address is expected, not a name", hint="use lab.url"
            ) from error
        if parts.scheme != "http":
            raise ConfigError(
                f"{self.url}: only plain http can be probed", hint="the lab's web service has no TLS"
            )

    @property
    def address(self) -> tuple[str, int]:
        """Where the server listens."""
        parts = urlsplit(self.url)
        return str(parts.hostname), parts.port or 80

    @property
    def text(self) -> bytes:
        """The request as bytes."""
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return (
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: ha-lab-drill\r\n"
            f"Accept: */*\r\nConnection: {'keep-alive' if self.keep else 'close'}\r\n\r\n"
        ).encode("ascii")

    def judge(self, reply: Reply, *, opened: bool) -> Answer:
        """Name the outcome of a complete answer."""
        if reply.cut:
            cut = f"cut off after {len(reply.body)} bytes"
            return Answer("reset", status=reply.status, detail=cut, opened=opened)
        if reply.status != 200:
            detail = f"status {reply.status}"
            return Answer("http_error", status=reply.status, detail=detail, opened=opened)
        body = reply.body[:MOST_BYTES]
        page = next((node for marker, node in self.pages.items() if marker.encode() in body), "")
        if not page:
            text = " ".join(body[:60].decode("utf-8", errors="replace").split())
            detail = f"no node's page: {text!r}"
            return Answer("wrong_body", status=reply.status, detail=detail, opened=opened)
        return Answer("ok", page=page, status=reply.status, opened=opened)


def parse(text: bytes, *, ended: bool) -> Reply | None:
    """The answer in the bytes that were received so far; None while it is not complete.

    `ended`: the server has closed the connection. Raises NoHttpError; ConnectionResetError when the header is cut.
    """
    if b"HTTP/1."[: len(text)] != text[:7]:
        raise _no_http(text)
    head, whole, body = text.partition(b"\r\n\r\n")
    if not whole:
        if len(text) > MOST_BYTES:
            raise _no_http(text)
        if ended:
            raise ConnectionResetError(errno.ECONNRESET, _HUNG_UP)
        return None
    status = _STATUS.match(head + b"\r")
    if status is None:
        raise _no_http(text)
    lower = head.lower() + b"\r\n"
    length, chunked = _LENGTH.search(lower), _CHUNKED.search(lower)
    complete = len(body) >= MOST_BYTES
    if length:
        complete = complete or len(body) >= int(length[1])
    elif chunked:
        complete = complete or body.endswith(b"0\r\n\r\n")
    if not complete and not ended:
        return None
    last = ended or len(body) >= MOST_BYTES or bool(_LAST.search(lower))
    # Without a length, the page ends with the connection.
    return Reply(int(status[1]), body, last, cut=not complete and bool(length or chunked))


def outcome(error: BaseException) -> Outcome:
    """The name of a failure: timeout, refused, unreachable, reset, or http_error for an answer that is not HTTP."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno == errno.ECONNREFUSED:
            return "refused"
        if error.errno in _UNREACHABLE:
            return "unreachable"
        if error.errno in _RESET:
            return "reset"
    return "http_error"


def reason(error: BaseException) -> str:
    """The message of a failure, in one short line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _no_http(text: bytes) -> NoHttpError:
    return NoHttpError(f"not HTTP: {text[:60]!r}")
