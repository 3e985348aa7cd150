"""One HTTP request with a limit on its whole duration, and a name for its outcome. Source: RFC 9112.

The limit applies from the opening of the connection (on a keep-alive connection: from the request) to the last byte. A
limit on each read would let a server that slowly sends single bytes delay a request for ever.

The client is written on sockets because the probe sends many requests in each second, on the machine that it measures:
requests (the library) needs five times the processor time of this module, http.client twice. No proxies, redirects or
cookies.
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import SplitResult, urlsplit

from inventory.errors import ConfigError

MOST_BYTES = 65536
"""At most this much of a page is read (bytes); it must contain the text that names a node."""

_SHORTEST_TIMEOUT = 0.001
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}
_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,18}) *\r\n")
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked *\r\n")
_LAST = re.compile(rb"\r\nconnection: *close *\r\n")
_HUNG_UP = "Remote end closed connection without response"


class _NoHttpError(Exception):
    """The answer is not HTTP."""


@dataclass(frozen=True)
class Answer:
    """The outcome of one request; `opened`: a new connection was opened for it."""

    outcome: str
    page: str = ""
    status: int | None = None
    detail: str = ""
    opened: bool = False


class Client:
    """Sends requests from one thread.

    `fresh` opens a new TCP connection for each request; otherwise one connection is used as long as it lasts.
    `pages` maps a text on a node's page to that node's name; `limit` is in seconds.
    The URL must be plain http to an IPv4 address; otherwise ConfigError is raised.
    """

    def __init__(self, url: str, limit: float, pages: Mapping[str, str], *, fresh: bool) -> None:
        parts = _plain_http(url)
        self.limit = limit
        self.fresh = fresh
        self._pages = tuple((marker.encode(), node) for marker, node in pages.items())
        self._address = (str(parts.hostname), parts.port or 80)
        self._request = (
            f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: ha-lab-drill\r\n"
            f"Accept: */*\r\nConnection: {'close' if fresh else 'keep-alive'}\r\n\r\n"
        ).encode("ascii")
        self._socket: socket.socket | None = None
        self._deadline = 0.0

    def ask(self) -> Answer:
        """Send one request, for at most the limit. A network error is returned as an answer, not raised."""
        self._deadline = time.monotonic() + self.limit
        opened = False
        try:
            connection = self._kept()
            if connection is None:
                connection = self._connect()
                opened = True
            self._limited(connection).sendall(self._request)
            return self._read(connection, opened)
        except (OSError, _NoHttpError) as error:
            self.close()
            return Answer(outcome(error), detail=reason(error), opened=opened)
        finally:
            if self.fresh:
                self.close()

    def close(self) -> None:
        """Close the open connection; the next request opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _kept(self) -> socket.socket | None:
        """The open connection, unless the server has closed it."""
        if self._socket is None:
            return None
        try:
            self._socket.setblocking(False)
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return self._socket
        except OSError:
            pass
        self.close()
        return None

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._limited(connection).connect(self._address)
        except BaseException:
            connection.close()
            raise
        self._socket = connection
        return connection

    def _limited(self, connection: socket.socket) -> socket.socket:
        """The connection, whose next call may last until the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(max(left, _SHORTEST_TIMEOUT))
        return connection

    def _read(self, connection: socket.socket, opened: bool) -> Answer:
        status, head, body = self._read_head(connection)
        length, chunked = _LENGTH.search(head), _CHUNKED.search(head)
        wanted = int(length[1]) if length else None
        while len(body) < MOST_BYTES:
            if (wanted is not None and len(body) >= wanted) or (chunked and body.endswith(b"0\r\n\r\n")):
                break
            more = self._limited(connection).recv(MOST_BYTES)
            if not more:
                self.close()
                if wanted is None and not chunked:
                    break  # without a length, the page ends with the connection
                cut = f"cut off after {len(body)} bytes"
                return Answer("reset", status=status, detail=cut, opened=opened)
            body += more
        if len(body) >= MOST_BYTES or _LAST.search(head):
            self.close()
        return self._judge(status, body[:MOST_BYTES], opened)

    def _read_head(self, connection: socket.socket) -> tuple[int, bytes, bytes]:
        """The status, the header in lower case, and the first bytes of the page."""
        text = b""
        while b"\r\n\r\n" not in text:
            more = self._limited(connection).recv(MOST_BYTES)
            text += more
            if b"HTTP/1."[: len(text)] != text[:7] or len(text) > MOST_BYTES:
                raise _NoHttpError(f"not HTTP: {text[:60]!r}")
            if not more:
                raise ConnectionResetError(errno.ECONNRESET, _HUNG_UP)
        head, _, body = text.partition(b"\r\n\r\n")
        status = _STATUS.match(head + b"\r")
        if status is None:
            raise _NoHttpError(f"not HTTP: {text[:60]!r}")
        return int(status[1]), head.lower() + b"\r\n", body

    def _judge(self, status: int, body: bytes, opened: bool) -> Answer:
        if status != 200:
            return Answer("http_error", status=status, detail=f"status {status}", opened=opened)
        page = next((node for marker, node in self._pages if marker in body), "")
        if not page:
            text = " ".join(body[:60].decode("utf-8", errors="replace").split())
            return Answer("wrong_body", status=status, detail=f"no node's page: {text!r}", opened=opened)
        return Answer("ok", page=page, status=status, opened=opened)


def _plain_http(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        IPv4Address(parts.hostname or "")
    except AddressValueError as error:
        raise ConfigError(f"{url}: an IPv4 address is expected, not a name", hint="use lab.url") from error
    if parts.scheme != "http":
        raise ConfigError(f"{url}: only plain http can be probed", hint="the lab's web service has no TLS")
    return parts


def outcome(error: BaseException) -> str:
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
