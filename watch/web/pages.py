"""The HTML of the pages: one file each, with style and script inside, so that nothing else is loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import msgspec
from starlette.responses import HTMLResponse

from drill.record.timeline import OUTCOMES, WEB_STATES
from drill.report.html.templates import asset, rendered
from language import speech
from language.choice import ENGLISH
from language.marking import marked
from language.script import texts
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
        "words": _words(),
    }
    css, js = asset("palette_dark.css") + asset("watch.web:view.css"), asset("watch.web:view.js")
    html = rendered(
        "watch.web:view.html",
        css=css,
        js=js,
        facts=msgspec.json.encode(facts).decode(),
        title=marked("labs") if labs else marked("lab"),
        labs=labs,
        back=back,
        control=control,
    )
    policy = (
        f"default-src 'none'; style-src {_source(css)}; script-src {_source(js)}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def _source(text: str) -> str:
    """The only text that a browser may run or apply (Content Security Policy Level 3, hash sources)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _words() -> Mapping[str, str]:
    """The texts of the script, and the words of its data, in the language; none for English."""
    if speech.code() == ENGLISH:
        return {}
    found = {one: speech.message(one) for one in texts(asset("watch.web:view.js"))}
    return found | {one: speech.message(one) for one in (*OUTCOMES, *WEB_STATES)}
