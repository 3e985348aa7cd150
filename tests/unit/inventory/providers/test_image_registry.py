from __future__ import annotations

from typing import Any

import pytest
import requests

from inventory.providers import image_registry


@pytest.mark.parametrize(
    ("reference", "host"),
    [
        ("quay.io/centos/centos:stream9", "quay.io"),
        ("registry.example.org:5000/centos", "registry.example.org:5000"),
        ("localhost/centos", "localhost"),
        ("mirror:5000/centos", "mirror:5000"),
        ("debian:12", "registry-1.docker.io"),
        ("library/debian:12", "registry-1.docker.io"),
        ("docker.io/library/debian:12", "registry-1.docker.io"),
    ],
)
def test_the_registry_of_a_reference(reference: str, host: str) -> None:
    assert image_registry.host_of(reference) == host


@pytest.mark.parametrize(
    ("reference", "urls"),
    [
        ("registry.example.org/centos", ["https://registry.example.org/v2/"]),
        ("10.1.2.3:5000/centos", ["https://10.1.2.3:5000/v2/"]),
        ("127.0.0.1:5000/centos", ["https://127.0.0.1:5000/v2/", "http://127.0.0.1:5000/v2/"]),
        ("localhost:5000/centos", ["https://localhost:5000/v2/", "http://localhost:5000/v2/"]),
        ("[::1]:5000/centos", ["https://[::1]:5000/v2/", "http://[::1]:5000/v2/"]),
    ],
)
def test_plain_http_is_for_this_machine_only(
    reference: str, urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def get(url: str, timeout: float) -> Any:
        asked.append(url)
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", get)
    assert not image_registry.answers(reference)
    assert asked == urls


@pytest.mark.parametrize(("status", "good"), [(200, True), (401, True), (403, False), (502, False)])
def test_what_an_answer_is(status: int, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "get", lambda url, timeout: type("R", (), {"status_code": status}))
    assert image_registry.answers("registry.example.org/x") is good
