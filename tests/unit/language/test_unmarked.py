"""A text that a person sees is in the catalogue: what commands print, errors, help, and the templates of pages.

A sentence is found by itself (language/extraction.py). What is not found is a single word, or a text that looks like a
command. So each text in a call that shows it is looked up here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from language import catalogue
from language.extraction import internal, last_name, templates
from language.template import PLACEHOLDER
from tests.support.example_lab import CASES
from tests.support.extracted_messages import messages

ROOT = CASES.parent.parent
SHOWING = {
    "print", "say", "echo", "busy", "status", "notify", "confirm", "prompt", "ask", "table", "add_column", "add_row",
    "assemble", "Text", "Panel", "show", "marked", "tell",
}  # fmt: skip
"""The calls that show their texts to a person."""
SHOWN_KEYWORDS = {
    "help",
    "hint",
    "title",
    "placeholder",
    "description",
    "border_title",
    "epilog",
    "short_help",
}
NAMES = frozenset(
    {
        "AlmaLinux 9", "Debian 11 (bullseye)", "Debian 12 (bookworm)", "Debian 13 (trixie)", "Rocky Linux 9",
        "bold", "red", "--page alpha='<h1>alpha</h1>'", "--counts 1,2,{most}", "  [root@{node}]# {lines}{more}",
    }
)  # fmt: skip
"""Names, commands and options, which no language translates."""
TEMPLATE_NAMES = {"light", "dark"}
SCRIPT_NAMES = {"use strict", "strip faults", "score perhaps"}
"""What stands for the browser, and the classes of elements."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"`[^`]*`|\[/?[a-z _#0-9]*\]")


@cache
def known() -> frozenset[str]:
    return frozenset(messages()) | internal()


@cache
def errors() -> frozenset[str]:
    """The names of the project's own classes of errors."""
    found, before = {"LabError"}, set[str]()
    bases = {
        one.name: {last_name(base) for base in one.bases}
        for path in modules()
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.ClassDef)
    }
    while found != before:
        before = set(found)
        found |= {name for name, of in bases.items() if of & found}
    return frozenset(found)


def modules() -> list[Path]:
    return [path for room in catalogue.ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def unmarked(source: str) -> Iterator[str]:
    """The texts of a module that are shown and that no language has."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        shown = [one.value for one in call.keywords if one.arg in SHOWN_KEYWORDS]
        if last_name(call.func) in SHOWING | errors():
            shown += call.args
        for one in shown:
            yield from (text for text in texts(one) if is_prose(text) and text not in known() | NAMES)


def texts(argument: ast.expr) -> Iterator[str]:
    """The templates of an argument, and of each of its alternatives and parts."""
    if isinstance(argument, ast.IfExp):
        yield from texts(argument.body)
        yield from texts(argument.orelse)
    elif isinstance(argument, ast.Tuple | ast.List):
        for one in argument.elts:
            yield from texts(one)
    else:
        yield from templates(argument)


def is_prose(text: str) -> bool:
    return bool(_WORD.search(_CODE.sub("", PLACEHOLDER.sub("", text))))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_text_that_a_module_shows_is_in_the_catalogue(path: Path) -> None:
    found = list(unmarked(path.read_text(encoding="utf-8")))
    assert not found, f"put these into marked(...) or show(...), then `python -m language.update`: {found}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('out.print("finished")', ["finished"]),
        ('console.say("finished" if good else f"broken {node}")', ["finished", "broken {node}"]),
        ('raise ConfigError(f"{key}: bad", hint="rm {key}, or wait")', ["rm {key}, or wait", "{key}: bad"]),
        ('typer.Option("--new", help="newest")', ["newest"]),
        ('Text.assemble(("newest", "bold"))', ["newest"]),
        ('out.print("node", f"{node}", "`./lab up`", "  ")', []),
        ('log.note("newest")', []),
    ],
)
def test_a_new_text_is_found(source: str, found: list[str]) -> None:
    assert list(unmarked(source)) == found


@pytest.mark.parametrize(
    "path",
    [path for room in catalogue.ROOMS for path in sorted((ROOT / room).rglob("*.html"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_each_text_of_a_template_is_in_the_catalogue(path: Path) -> None:
    assert loose(path.read_text(encoding="utf-8")) == []


def loose(template: str) -> list[str]:
    """The words of a template outside {% trans %}, expressions, code and tags, and in the attributes that are shown."""
    bare = re.sub(r"(?s)\{#.*?#\}|\{% trans.*?\{% endtrans %\}|(?<![\w(])_\(.*?\)", " ", template)
    expressions = re.findall(r"(?s)\{\{.*?\}\}", bare)
    literals = [text for one in expressions for text in re.findall(r'"([^"]*)"', one)]
    literals = [one for one in literals if re.search(r"[a-z] [a-z]", one) and one not in known()]
    bare = re.sub(r"(?s)\{%.*?%\}|\{\{.*?\}\}", " ", bare)
    attributes = re.findall(r'(?:aria-label|placeholder|title|alt|content)="([^"]*)"', bare)
    shown = [one for one in attributes if "=" not in one and "'" not in one]
    bare = re.sub(r"(?s)<(style|script|code)\b.*?</\1>|<[^>]*>|&\w+;", " ", bare)
    return [one for one in _WORD.findall(" ".join([bare, *shown, *literals])) if one not in TEMPLATE_NAMES]


def test_a_new_text_of_a_template_is_found() -> None:
    assert loose("<p>{% trans %}old{% endtrans %} newest {{ value }}</p>") == ["newest"]
    assert loose('<p>{{ value or "the newest" }}</p>') == ["the", "newest"]
    assert loose('<p aria-label="newest">{{ _("old") }}<code>./lab up</code></p>') == ["newest"]


@pytest.mark.parametrize(
    "path",
    [path for room in catalogue.ROOMS for path in sorted((ROOT / room).rglob("*.js"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_each_text_of_a_script_is_in_the_catalogue(path: Path) -> None:
    found = set(loose_of_script(path.read_text(encoding="utf-8"))) - SCRIPT_NAMES
    assert not found, 'a text for people stands in show("...")'


def loose_of_script(source: str) -> list[str]:
    """The texts of two or more words that do not stand in show("...")."""
    plain = re.sub(r"(?m)//.*$", "", source)
    return re.findall(r"""(?<!show\()["`]([A-Za-z][a-z]* [a-z][^"`]*)["`]""", plain)


def test_a_new_text_of_a_script_is_found() -> None:
    assert loose_of_script('put(show("an old text"), "a new text", `the newest ${text}`)') == [
        "a new text",
        "the newest ${text}",
    ]
