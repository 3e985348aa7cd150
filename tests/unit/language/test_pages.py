"""The Chinese README has the commands of README.md; the glossary has the field's terms; tables keep their columns."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.console import table
from language import catalogue, speech
from language.choice import ENGLISH
from language.translator import Translator
from tests.support.example_lab import CASES

ROOT = CASES.parent.parent
_COMMAND = re.compile(r"`((?:LAB=2 )?\./lab [^`]+)`")
_WORD = re.compile(r"\./lab (?:--\S+ (?:\S+ )?)?([a-z-]+)")


def commands(name: str) -> set[str]:
    return set(_COMMAND.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_chinese_readme_has_only_commands_of_the_readme() -> None:
    more = commands("README.zh.md") - commands("README.md") - {"./lab --lang zh COMMAND"}
    assert not more, f"README.md does not have {more}"


def test_the_chinese_readme_has_each_everyday_command() -> None:
    tables = [
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `./lab")
    ]
    wanted = {word for line in tables for word in _WORD.findall(line.split("|")[1])}
    there = {word for one in commands("README.zh.md") for word in _WORD.findall(one)}
    assert wanted <= there, f"README.zh.md lacks {wanted - there}"


@pytest.mark.parametrize(
    "term", ["资源", "粘性", "仲裁", "隔离", "故障转移", "脑裂", "共置", "浮动地址", "令牌", "见证机"]
)
def test_the_terms_are_in_the_glossary_and_used(term: str) -> None:
    assert f" {term}" in (ROOT / "docs" / "glossary.zh.md").read_text(encoding="utf-8")
    assert any(term in one for one in catalogue.translations("zh").values())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_columns_of_a_chinese_table_begin_below_each_other(width: int) -> None:
    known = {"node": "节点", "runs on": "运行于", "no node": "没有节点", "does not answer": "没有应答"}
    try:
        speech.use("zh", Translator(known))
        made = table("node", "runs on", "address")
        made.add_row("node1", "no node", "10.0.0.1")
        made.add_row("does not answer", "node2", "10.0.0.22")
        out = Console(file=io.StringIO(), width=width)
        out.print(made)
    finally:
        speech.use(ENGLISH)
    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    places = {
        cell_len(line[: line.index(last)])
        for line, last in zip(lines, ("address", "10.0.0.1", "10.0.0.22"), strict=True)
    }
    assert "没有节点" in lines[1]
    assert len(places) == 1, lines
