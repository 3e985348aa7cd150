"""What a student may answer, and how it is judged."""

from __future__ import annotations

import pytest

from classroom.walk.prediction import (
    BOTH,
    DONT_KNOW,
    NEVER,
    NO,
    NOBODY,
    YES,
    Asked,
    Happened,
    judge,
    read,
    said,
)

WHO = Asked("holder", "Who?", "node", ("node1", "node2", NOBODY))
WHETHER = Asked("answers", "Does it?", "yes or no", (YES, NO))
FIRST = Asked("start", "Which?", "resource", ("WebIP", "WebServer", BOTH))
LONG = Asked("down", "How long?", "seconds")
MANY = Asked("times", "How many?", "count")


@pytest.mark.parametrize(
    ("asked", "typed", "wanted"),
    [
        (WHO, "2", "node2"),
        (WHO, " NODE1 ", "node1"),
        (WHO, "nob", NOBODY),
        (WHO, "no", None),
        (WHO, "node", None),
        (WHO, "0", None),
        (WHO, "4", None),
        (WHO, "node3", None),
        (WHO, "²", None),
        (WHO, "", DONT_KNOW),
        (WHO, "   ", DONT_KNOW),
        (WHETHER, "y", YES),
        (WHETHER, "n", NO),
        (WHETHER, "maybe", None),
        (FIRST, "webip", "WebIP"),
        (FIRST, "web", None),
        (FIRST, "both", BOTH),
        (LONG, "3", "3"),
        (LONG, "2,5", "2.5"),
        (LONG, "0.35 s", "0.35"),
        (LONG, "4 seconds", "4"),
        (LONG, "never", NEVER),
        (LONG, "-1", None),
        (LONG, "1e3", None),
        (LONG, "nan", None),
        (LONG, "99999999", None),
        (MANY, "2", "2"),
        (MANY, "1.5", None),
        (MANY, "two", None),
        (MANY, "never", None),
    ],
)
def test_what_may_be_typed(asked: Asked, typed: str, wanted: str | None) -> None:
    assert read(asked, typed) == wanted


@pytest.mark.parametrize(
    ("asked", "answer", "happened", "wanted"),
    [
        (WHO, "node2", Happened("node2", "node2"), "right"),
        (WHO, NOBODY, Happened("node2", "node2"), "wrong"),
        (WHO, "node2", Happened("several nodes at once", "several nodes"), "wrong"),
        (WHO, DONT_KNOW, Happened("node2", "node2"), "open"),
        (WHO, "node2", Happened("not measured", known=False), "unknown"),
        (WHO, DONT_KNOW, Happened("not measured", known=False), "unknown"),
        (LONG, "0.4", Happened("", least=0.3, most=0.5), "right"),
        (LONG, "1.4", Happened("", least=0.3, most=0.5), "right"),
        (LONG, "1.6", Happened("", least=0.3, most=0.5), "wrong"),
        (LONG, "10", Happened("", least=20.0, most=20.2), "right"),
        (LONG, "9", Happened("", least=20.0, most=20.2), "wrong"),
        (LONG, NEVER, Happened("", least=20.0), "right"),
        (LONG, "20", Happened("", least=20.0), "wrong"),
        (LONG, NEVER, Happened("", least=0.3, most=0.5), "wrong"),
        (LONG, "0", Happened("", least=0.0, most=0.0), "right"),
        (MANY, "2", Happened("", least=2.0, most=2.0), "right"),
        (MANY, "1", Happened("", least=2.0, most=2.0), "wrong"),
    ],
)
def test_how_it_is_judged(asked: Asked, answer: str, happened: Happened, wanted: str) -> None:
    assert judge(asked, answer, happened) == wanted


def test_what_can_be_answered_is_told() -> None:
    assert WHO.allowed == "1 node1  2 node2  3 nobody"
    assert "never" in LONG.allowed
    assert said(DONT_KNOW) == "I don't know"
    assert said("node1") == "node1"
