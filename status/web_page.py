"""The page of the web service: the expected page of each node, and the answer of the floating address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import requests

from inventory.errors import RouteRefused
from inventory.model import Node

LIMIT_S = 1.0
"""The longest time until a page is there, on a machine of usual speed (seconds)."""
Fetch = Callable[[], str]
"""Requests the page from the floating address; "" without an answer. Raises RouteRefused when it may not be sent."""


@dataclass(frozen=True)
class WebPage:
    """The answer of the floating address, "" without an answer; `refused` says why no request was sent."""

    text: str = ""
    refused: str = ""


def page_of(node: Node) -> str:
    """The page of a node, with its name (walkthrough step 7)."""
    return f"<h1>{node.name.capitalize()}</h1>"


def is_page_of(text: str, node: Node) -> bool:
    """Whether a page is that of a node."""
    return node.page in text if node.page else text == page_of(node)


def marker(node: Node) -> str:
    """A text that only the page of this node has."""
    return node.page or node.name.capitalize()


def nodes_by_marker(nodes: Iterable[Node]) -> dict[str, str]:
    """The name of each node by the text that only its page has."""
    return {marker(node): node.name for node in nodes}


def get(url: str, limit: float = LIMIT_S) -> str:
    """The page at a URL, without surrounding space; "" without a good answer within `limit` seconds."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, timeout=limit, allow_redirects=False)
        return answer.text.strip() if answer.ok else ""
    except requests.RequestException:
        return ""


def ask(fetch: Fetch) -> WebPage:
    """The page, or the reason why it was not requested."""
    try:
        return WebPage(fetch())
    except RouteRefused as error:
        return WebPage(refused=error.message)
