"""One HTTP request with a limit on its whole duration, and a name for its outcome.

The limit applies from the opening of the connection (on a keep-alive connection: from the request) to the last byte. A
limit on each read would let a server that slowly sends single bytes delay a request for ever.

The client is written on sockets because the probe sends many requests in each second, on the machine that it measures:
requests (the library) needs five times the processor time of this module, http.client twice. No proxies, redirects or
cookies.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping

from drill.observe.http_answer import MOST_BYTES, Answer, NoHttpError, Request, outcome, parse, reason

_SHORTEST_TIMEOUT = 0.001


class Client:
    """Sends requests from one thread.

    `fresh` opens a new TCP connection for each request; otherwise one connection is used as long as it lasts.
    `pages` maps a text on a node's page to that node's name; `limit` is in seconds.
    The URL must be plain http to an IPv4 address; otherwise ConfigError is raised.
    """

    def __init__(self, url: str, limit: float, pages: Mapping[str, str], *, fresh: bool) -> None:
        self._request = Request(url, pages, keep=not fresh)
        self._address, self._text = self._request.address, self._request.text
        self.limit = limit
        self.fresh = fresh
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
            self._limited(connection).sendall(self._text)
            return self._read(connection, opened=opened)
        except (OSError, NoHttpError) as error:
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

    def _read(self, connection: socket.socket, *, opened: bool) -> Answer:
        text = b""
        while True:
            more = self._limited(connection).recv(MOST_BYTES)
            text += more
            if (reply := parse(text, ended=not more)) is not None:
                break
        if reply.last:
            self.close()
        return self._request.judge(reply, opened=opened)
