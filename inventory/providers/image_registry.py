"""Container registries: whether the one of an image answers. Sources: distribution's HTTP API v2, dockerd(8)."""

from __future__ import annotations

import ipaddress

import requests

DOCKER_HUB = "registry-1.docker.io"
"""The registry of references that name none, such as "debian:12"."""


def host_of(reference: str) -> str:
    """Give the registry of an image reference, with its port.

    >>> host_of("quay.io/centos/centos:stream9"), host_of("127.0.0.1:5000/centos"), host_of("library/debian:12")
    ('quay.io', '127.0.0.1:5000', 'registry-1.docker.io')
    """
    first, slash, _ = reference.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    return first if named and first not in ("docker.io", "index.docker.io") else DOCKER_HUB


def answers(reference: str, *, deadline: float = 4.0) -> bool:
    """Whether the registry of an image answers its API's first request within `deadline` seconds.

    As the docker engine does, a registry on this machine's loopback is also asked by plain http.
    """
    host = host_of(reference)
    return any(_answers(f"{scheme}://{host}/v2/", deadline) for scheme in _schemes(host))


def _schemes(host: str) -> tuple[str, ...]:
    name = host.rpartition(":")[0] or host
    try:
        loopback = ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        loopback = name == "localhost"
    return ("https", "http") if loopback else ("https",)


def _answers(url: str, deadline: float) -> bool:
    try:
        return requests.get(url, timeout=deadline).status_code in (200, 401)
    except requests.RequestException:
        return False
