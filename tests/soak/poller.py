"""Asks a URL again and again, and says when it failed: a client that shares nothing with the drill but the kernel.

    python tests/soak/poller.py HOST [HZ [TIMEOUT]]

Plain sockets, a process and a clock of its own. It ends with its standard input. Then it prints one JSON object: the
number of requests, how many were sent late, and the outages. Each is the sending of the last good request, of the first
and of the last failed one, and the end of the next good one (seconds of the monotonic clock; null: there was none).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
import time

LATE_S = 0.05


def ask(host: str, timeout: float) -> bool:
    """Whether the host answers with status 200 and a page, in time."""
    until = time.monotonic() + timeout
    text = b""
    try:
        with socket.create_connection((host, 80), timeout) as stream:
            stream.sendall(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
            while (left := until - time.monotonic()) > 0:
                stream.settimeout(left)
                more = stream.recv(65536)
                if not more:
                    return text.startswith(b"HTTP/1.1 200") and b"<h1>" in text
                text += more
    except OSError:
        pass
    return False


class Poller:
    """Sends a request at each slot from a pool of threads, so that no answer delays the next request."""

    def __init__(self, host: str, hz: float, timeout: float) -> None:
        self.host, self.period, self.timeout = host, 1 / hz, timeout
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.begin, self.slot, self.late = time.monotonic(), 0, 0
        self.rows: list[tuple[float, float, bool]] = []
        count = int(timeout / self.period) + 3
        self.threads = [threading.Thread(target=self.work) for _ in range(count)]

    def work(self) -> None:
        """Take the next slot, wait for it, ask. A slot that was missed is left out."""
        while not self.stop.is_set():
            with self.lock:
                due = self.begin + self.slot * self.period
                self.slot += 1
            if self.stop.wait(max(0.0, due - time.monotonic())):
                return
            sent = time.monotonic()
            if sent - due > self.period:
                with self.lock:
                    self.late += 1
                    self.slot = max(self.slot, int((sent - self.begin) / self.period) + 1)
                continue
            good = ask(self.host, self.timeout)
            with self.lock:
                self.rows.append((sent, time.monotonic(), good))

    def run(self) -> None:
        """Ask until the standard input ends."""
        for thread in self.threads:
            thread.start()
        sys.stdin.read()
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def outages(self) -> list[list[float | None]]:
        """Consecutive failed requests: [last good sent, first failed sent, last failed sent, next good ended]."""
        found: list[list[float | None]] = []
        good_before: float | None = None
        down = False
        for sent, done, good in sorted(self.rows):
            if good:
                if down:
                    found[-1][3] = done
                good_before, down = sent, False
            elif down:
                found[-1][2] = sent
            else:
                found.append([good_before, sent, sent, None])
                down = True
        return found


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        os.nice(-10)  # it is the judge: it should be on time
    host, hz, timeout = (*sys.argv[1:], *("25", "0.5")[len(sys.argv) - 2 :])[:3]
    poller = Poller(host, float(hz), float(timeout))
    poller.run()
    json.dump({"requests": len(poller.rows), "late": poller.late, "outages": poller.outages()}, sys.stdout)
