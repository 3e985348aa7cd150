"""The HTML of the pages: one file each, with style and script inside, so that nothing else is loaded."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse

from drill.report.html.templates import asset
from watch.model.strip import CELL_S, CELLS, FAILED


def page(*, labs: bool, number: int, control: bool, back: bool = False) -> HTMLResponse:
    """The page of one lab, or that of all labs. `back`: there is a page of all labs."""
    facts = {
        "labs": labs,
        "number": number,
        "control": control,
        "cells": CELLS,
        "cell_s": CELL_S,
        "failed": {letter: outcome for outcome, letter in FAILED.items()},
    }
    css, js = asset("palette_dark.css") + _own("view.css"), _own("view.js")
    html = _template().render(
        css=css, js=js, facts=msgspec.json.encode(facts).decode(), labs=labs, back=back, control=control
    )
    policy = (
        f"default-src 'none'; style-src {_source(css)}; script-src {_source(js)}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def _source(text: str) -> str:
    """The only text that a browser may run or apply (Content Security Policy Level 3, hash sources)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("view.html"))


def _own(name: str) -> Markup:
    return Markup(_text(name))  # noqa: S704 - one of our own files, not data


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
