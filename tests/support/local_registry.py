"""A container registry on this machine's loopback: Debian's docker-registry, and one that answers and then fails.

The package is unpacked in a folder of its own, so that nothing is installed and no service is left behind.
"""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from inventory import waiting

PACKAGE = "docker-registry"


@dataclass(frozen=True)
class LocalRegistry:
    """A registry that runs: `host` is its address and port, `log` has a line for each request."""

    host: str
    log: Path

    def push(self, image: str, name: str) -> str:
        """Push an image under a name, and forget that name here; its reference in the registry."""
        reference = f"{self.host}/{name}"
        docker("tag", image, reference)
        docker("push", "-q", reference)
        docker("rmi", "--no-prune", reference)
        return reference

    def requests(self) -> int:
        """How many requests there were."""
        return self.log.read_text(errors="replace").count("http.request.method=")


def docker(*words: str, deadline: float = 300, stdin: bytes = b"") -> str:
    """Run docker; its standard output. Raises AssertionError with what it said."""
    done = subprocess.run(["docker", *words], input=stdin, capture_output=True, check=False, timeout=deadline)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode()


def unpacked(package: str, folder: Path) -> Path:
    """Download a Debian package and unpack it in a folder. Raises AssertionError where apt-get cannot."""
    folder.mkdir(parents=True)
    for _ in range(2):
        got = subprocess.run(
            ["apt-get", "-q", "download", package], cwd=folder, capture_output=True, text=True, check=False
        )
        if got.returncode == 0:
            break
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*as_root, "apt-get", "-q", "update"], capture_output=True, check=False, timeout=300)
    assert got.returncode == 0, f"apt-get download {package}: {got.stderr}"
    [archive] = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", str(archive), str(folder / "root")], check=True)
    return folder / "root"


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def local_registry(folder: Path) -> Iterator[LocalRegistry]:
    """Run a registry with its storage in a folder."""
    program = shutil.which(PACKAGE) or str(unpacked(PACKAGE, folder / "package") / "usr/bin" / PACKAGE)
    storage, log, host = folder / "storage", folder / "registry.log", f"127.0.0.1:{free_port()}"
    storage.mkdir(parents=True)
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {storage}}}}}\nhttp: {{addr: {host}}}\n"
    )
    with log.open("ab") as output:
        process = subprocess.Popen([program, "serve", str(config)], stdout=output, stderr=output)
    try:
        waiting.until(
            lambda: _serves(host),
            bool,
            "The registry answers",
            deadline=20,
            clock=waiting.CLOCK,
            hint=f"its log: {log}",
        )
        yield LocalRegistry(host, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _serves(host: str) -> bool:
    try:
        return requests.get(f"http://{host}/v2/", timeout=2).ok
    except requests.RequestException:
        return False


@contextmanager
def failing_registry(upstream: LocalRegistry, fails: Callable[[str], bool]) -> Iterator[str]:
    """Run a registry that gives the answers of another one, but status 500 where `fails(path)`; its host and port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_HEAD(self) -> None:
            self.answer()

        def answer(self) -> None:
            if fails(self.path):
                self.send_error(500)
                return
            asked = {"Accept": self.headers.get("Accept", "*/*")}
            got = requests.request(
                self.command, f"http://{upstream.host}{self.path}", headers=asked, timeout=30
            )
            self.send_response(got.status_code)
            for name in ("Content-Type", "Docker-Content-Digest", "Docker-Distribution-Api-Version"):
                if name in got.headers:
                    self.send_header(name, got.headers[name])
            self.send_header("Content-Length", got.headers.get("Content-Length", str(len(got.content))))
            self.end_headers()
            self.wfile.write(got.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
