"""The page of the web service: what each node's is to say, and what the floating address answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import requests

from inventory.errors import RouteRefused
from inventory.model import Node

Fetch = Callable[[], str]
"""Asks the floating address: the page, "" without an answer. Raises RouteRefused when nothing may be sent."""


@dataclass(frozen=True)
class WebPage:
    """What the floating address answered, "" when nothing did; `refused` says why no request was sent."""

    text: str = ""
    refused: str = ""


def page_of(node: Node) -> str:
    """The page that names a node (walkthrough step 7)."""
    return f"<h1>{node.name.capitalize()}</h1>"


def get(url: str, limit: float = 1.0) -> str:
    """The page at a URL without the space around it; "" when there is no good answer within `limit` seconds."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, timeout=limit, allow_redirects=False)
        return answer.text.strip() if answer.ok else ""
    except requests.RequestException:
        return ""


def ask(fetch: Fetch) -> WebPage:
    """The page, or why it was not asked for."""
    try:
        return WebPage(fetch())
    except RouteRefused as error:
        return WebPage(refused=error.message)
