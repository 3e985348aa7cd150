"""The live view in Chinese: the terminal, the page, the lines; and its script has no text that is not translated."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from drill.report.html.templates import asset
from language import speech
from language.choice import ENGLISH
from language.script import texts
from tests.support.example_lab import NODE1
from tests.support.watched import StillHub, failover, healthy, reading, up
from watch import lines
from watch.model.facts import NotUp, Reported
from watch.terminal import drawing
from watch.web import pages

_ENGLISH = re.compile(r"(?<![-\w./])[a-z]{2,} [a-z]{2,}")
"""Two words in a row, which are no names."""
SCRIPT = "watch.web:view.js"


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    speech.use("zh")
    yield
    speech.use(ENGLISH)


def drawn(hub: StillHub, width: int) -> str:
    out = Console(file=io.StringIO(), width=width)
    out.print(drawing.heading(hub.view()), drawing.state(hub.view(), width))
    return out.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    "hub",
    [
        StillHub([NotUp(0.0, "No machine runs.")], 1.0),
        StillHub([up(), *healthy(79.0)], 79.0),
        StillHub([*failover(70, 76), Reported(77.0, "2026-01-01")], 79.0),
        StillHub([up(), reading(NODE1, 1.0, web="hung", quorate=None, members=(NODE1,))], 1.0),
    ],
    ids=["not up", "healthy", "failover", "no cluster"],
)
def test_the_terminal_shows_no_english(hub: StillHub) -> None:
    seen = hub.view()
    shown = drawn(hub, 100) + "\n".join(one.text for one in seen.told)
    # What the test itself made up is in no catalogue.
    shown = shown.replace("is frozen", "").replace("does not answer over ssh", "")
    assert _ENGLISH.findall(shown) == []
    assert "没有启动" in shown or "的分数" in shown


def test_the_strips_of_all_clients_begin_in_one_column() -> None:
    hub = StillHub(failover(70, 76), 79.0)
    rows = [
        line for line in drawn(hub, 100).splitlines() if line.startswith(("新连接", "保持的连接", "故障"))
    ]
    assert len(rows) == 3
    labels = [re.match(r"\S+\s*", row) for row in rows]
    assert [cell_len(one[0]) for one in labels[:2] if one] == [drawing.LABEL] * 2


def test_a_line_has_the_time_and_the_text_in_the_language() -> None:
    told = StillHub([up(), *healthy(1.0)], 1.0).state.told
    assert lines.text(told[0]).endswith("  正在观察实验环境")


def facts(page: bytes) -> dict[str, dict[str, str]]:
    found = re.search(r'data-facts="([^"]*)"', page.decode())
    assert found
    return json.loads(html.unescape(found[1]))  # type: ignore[no-any-return]


@pytest.mark.parametrize("labs", [True, False])
def test_the_page_has_the_words_of_its_script(labs: bool) -> None:
    page = bytes(pages.page(labs=labs, number=1, control=True, back=True).body)
    words = facts(page)["words"]
    assert {one: words[one] for one in texts(asset(SCRIPT)) if words[one] == one} == {"DC": "DC"}
    assert (words["timeout"], words["hung"]) == ("超时", "挂起")
    assert b'<html lang="zh-Hans">' in page
    body = re.sub(r"(?s)<script>.*?</script>|<style>.*?</style>|<[^>]*>", " ", page.decode())
    assert _ENGLISH.findall(body) == []


def test_the_english_page_has_no_words_to_replace() -> None:
    speech.use(ENGLISH)
    page = bytes(pages.page(labs=False, number=1, control=True).body)
    assert facts(page)["words"] == {}
    assert b'<html lang="en">' in page
