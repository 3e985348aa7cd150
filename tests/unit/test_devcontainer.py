"""The devcontainer says what docs/offline.md promises: an engine inside, a command that exists, the page's port."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import typer

from cli import main
from cli.watch import watch

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8")
FOUND = json.loads(re.sub(r"^\s*//.*$", "", TEXT, flags=re.MULTILINE))


def test_the_port_is_that_of_the_page() -> None:
    port = inspect.signature(watch).parameters["port"].default
    assert FOUND["forwardPorts"] == [port]
    assert list(FOUND["portsAttributes"]) == [str(port)]


def test_it_has_an_engine_of_its_own() -> None:
    assert any("/docker-in-docker:" in name for name in FOUND["features"])


def test_the_command_exists() -> None:
    program, command = FOUND["onCreateCommand"].split()
    assert program == "./lab"
    assert command in typer.main.get_command(main.app).commands  # type: ignore[attr-defined]
