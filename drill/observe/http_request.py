"""One HTTP request with a limit on its whole duration, and a name for its outcome.

The `timeout` of requests applies to each read: a server that slowly sends single bytes could delay a request for ever.
Here the limit applies from the opening of the connection (on a keep-alive connection: from the request) to the last
byte.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from ipaddress import AddressValueError, IPv4Address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from inventory.errors import ConfigError

MOST_BYTES = 65536
"""At most this much of a page is read (bytes); it must contain the text that names a node."""

_SHORTEST_TIMEOUT = 0.001
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}
_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_thread_state = threading.local()


class _LimitedSocket(socket.socket):
    """A TCP socket on which connect, send and receive share one deadline (monotonic seconds)."""

    deadline = 0.0

    def _apply_deadline(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.settimeout(max(left, _SHORTEST_TIMEOUT))

    def connect(self, address: Any) -> None:
        self._apply_deadline()
        super().connect(address)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._apply_deadline()
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._apply_deadline()
        super().sendall(*args, **kwargs)


class _LimitedConnection(HTTPConnection):
    """An HTTP connection whose `timeout` limits connecting, asking and answering together."""

    def connect(self) -> None:
        limited = _LimitedSocket(socket.AF_INET, socket.SOCK_STREAM)
        limited.deadline = time.monotonic() + self._limit()
        try:
            limited.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limited.connect((self.host, self.port))
        except OSError as error:
            limited.close()
            # urllib3's own connect raises the same. For a plain reset, urllib3 would believe that the request was sent,
            # and wait for an answer.
            raise NewConnectionError(self, str(error)) from error
        except BaseException:
            limited.close()
            raise
        self.sock = limited
        _thread_state.opened = True

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if isinstance(self.sock, _LimitedSocket):
            self.sock.deadline = time.monotonic() + self._limit()
        super().putrequest(*args, **kwargs)

    def _limit(self) -> float:
        if not isinstance(self.timeout, (int, float)):
            raise ConfigError("a request without a limit", hint="give the probe a timeout")
        return float(self.timeout)


class _LimitedPool(HTTPConnectionPool):
    ConnectionCls = _LimitedConnection


class _LimitedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _LimitedPool}

    def close(self) -> None:
        """Close the connections now. urllib3 2 leaves this to the garbage collector, so the server would wait."""
        pools = self.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118 -- not iterable
            pools[key].close()
        super().close()


@dataclass(frozen=True)
class Answer:
    """The outcome of one request; `opened`: a new connection was opened for it."""

    outcome: str
    page: str = ""
    status: int | None = None
    detail: str = ""
    opened: bool = False


class Client:
    """A requests session for one thread: no proxies, no redirects, no cookies, no retries.

    `fresh` opens a new TCP connection for each request; otherwise one connection is used as long as it lasts.
    `pages` maps a text on a node's page to that node's name; `limit` is in seconds.
    The URL must be plain http to an IPv4 address; otherwise ConfigError is raised.
    """

    def __init__(self, url: str, limit: float, pages: Mapping[str, str], *, fresh: bool) -> None:
        _require_plain_http(url)
        self.limit = limit
        self.fresh = fresh
        self._pages = tuple((marker.encode(), node) for marker, node in pages.items())
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("http://", _LimitedAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        headers = {
            "User-Agent": "ha-lab-drill",
            "Accept-Encoding": "identity",
            "Connection": "close" if fresh else "keep-alive",
        }
        self._request = requests.Request("GET", url, headers=headers).prepare()

    def ask(self) -> Answer:
        """Send one request, for at most the limit. A network error is returned as an answer, not raised."""
        _thread_state.opened = False
        try:
            with self._session.send(
                self._request, timeout=self.limit, allow_redirects=False, stream=True, proxies={}
            ) as response:
                body = response.raw.read(MOST_BYTES)
                if len(body) < MOST_BYTES and response.raw.length_remaining:
                    cut = f"cut off after {len(body)} bytes"
                    return Answer(
                        "reset", status=response.status_code, detail=cut, opened=_thread_state.opened
                    )
            return self._judge(response.status_code, body)
        except (OSError, HTTPException, HTTPError) as error:
            return Answer(outcome(error), detail=reason(error), opened=_thread_state.opened)
        finally:
            if self.fresh:
                self.close()

    def close(self) -> None:
        """Close the open connection; the next request opens a new one."""
        self._session.close()

    def _judge(self, status: int, body: bytes) -> Answer:
        opened = _thread_state.opened
        if status != 200:
            return Answer("http_error", status=status, detail=f"status {status}", opened=opened)
        page = next((node for marker, node in self._pages if marker in body), "")
        if not page:
            text = " ".join(body[:60].decode("utf-8", errors="replace").split())
            return Answer("wrong_body", status=status, detail=f"no node's page: {text!r}", opened=opened)
        return Answer("ok", page=page, status=status, opened=opened)


def _require_plain_http(url: str) -> None:
    parts = urlsplit(url)
    try:
        IPv4Address(parts.hostname or "")
    except AddressValueError as error:
        raise ConfigError(f"{url}: an IPv4 address is expected, not a name", hint="use lab.url") from error
    if parts.scheme != "http":
        raise ConfigError(f"{url}: only plain http can be probed", hint="the lab's web service has no TLS")


def outcome(error: BaseException) -> str:
    """The name of a failure: timeout, refused, unreachable, reset, or http_error for an answer that is not HTTP.

    Exceptions contain each other (requests > urllib3 > socket); the innermost known one decides.
    """
    kinds = [kind for kind in map(_kind, _chain(error)) if kind]
    return kinds[-1] if kinds else "http_error"


def reason(error: BaseException) -> str:
    """The innermost message of a failure, in one short line."""
    texts = [text for text in (str(one).strip() for one in _chain(error)) if text]
    return " ".join(texts[-1].split())[:120] if texts else type(error).__name__


def _kind(error: BaseException) -> str:
    if isinstance(error, TimeoutError | requests.Timeout):
        return "timeout"
    if isinstance(error, RemoteDisconnected | IncompleteRead):
        return "reset"
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno == errno.ECONNREFUSED:
            return "refused"
        if error.errno == errno.ETIMEDOUT:
            return "timeout"
        if error.errno in _UNREACHABLE:
            return "unreachable"
        if error.errno in _RESET:
            return "reset"
    return ""


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and all exceptions inside it, outermost first."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        inner = todo.pop(0)
        if not isinstance(inner, BaseException) or any(inner is known for known in found):
            continue
        found.append(inner)
        todo += [*inner.args, getattr(inner, "reason", None), inner.__cause__, inner.__context__]
    return found
