"""Nothing is missing in a language: each message, each file of texts, with the same placeholders and code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from language import catalogue, fast_yaml, po
from language.choice import ENGLISH, LANGUAGES
from language.extraction import internal
from language.template import PLACEHOLDER
from tests.support.example_lab import CASES
from tests.support.extracted_messages import messages

ROOT = CASES.parent.parent
CODES = [code for code in LANGUAGES if code != ENGLISH]
NOT_YET = fast_yaml.read((CASES / "language" / "not_yet.yaml").read_text(encoding="utf-8"))
"""What is not translated yet. These lists may only become shorter."""
FILES_WITHOUT_TEXTS = {
    "inventory/config/cluster_properties.yaml",
    "classroom/points.yaml",
    "classroom/school/words.yaml",
    "classroom/school/new_class.yaml",
}
"""Files of the rooms that have no texts for people."""
COMMANDS = {
    "look",
    "command",
    "url",
    "read",
    "source",
    "section",
    "publisher",
    "kind",
    "finds",
    "try",
    "page",
}
"""The keys whose values are commands and sources, which no language translates (a comment in a command may be)."""
_NAMED = re.compile(r"%\(\w+\)s")
_CODE = re.compile(r"`[^`]+`")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


@cache
def read(code: str) -> dict[str, str]:
    return po.read((ROOT / "language" / f"{code}.po").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", CODES)
def test_each_message_has_a_translation(code: str) -> None:
    missing = [one for one in messages() if one not in read(code) and one not in NOT_YET["messages"]]
    assert not missing, (
        f"{len(missing)} messages of the code have no translation. Run `python -m language.update`, and fill the empty "
        f"ones in language/{code}.po; a text that no person reads goes to language/internal.yaml: {missing[:20]}"
    )


@pytest.mark.parametrize("code", CODES)
def test_no_translation_is_left_of_a_message_that_is_gone(code: str) -> None:
    gone = sorted(set(read(code)) - set(messages()))
    assert not gone, f"run `python -m language.update`; gone: {gone[:10]}"


def test_what_is_not_translated_yet_only_becomes_less() -> None:
    gone = [one for one in NOT_YET["messages"] if one not in messages() or one in read("zh")]
    assert not gone, f"take these out of tests/cases/language/not_yet.yaml: {gone}"
    done = [one for one in NOT_YET["files"] if (ROOT / one.replace(".yaml", ".zh.yaml")).exists()]
    assert not done, f"take these out of tests/cases/language/not_yet.yaml: {done}"


def test_no_internal_text_is_left() -> None:
    known = {one for _, one in _all_texts()}
    gone = sorted(internal() - known)
    assert not gone, f"take these out of language/internal.yaml: {gone}"


def _all_texts() -> Iterator[tuple[str, str]]:
    from language.extraction import texts  # noqa: PLC0415 - the same name is a function of catalogue

    for room in catalogue.ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            yield from ((str(path), one.text) for one in texts(path.read_text(encoding="utf-8")))


def signs(text: str) -> Counter[str]:
    """What a translation must keep: placeholders and code, each as often as it stands there at least once."""
    return Counter({*PLACEHOLDER.findall(text), *_NAMED.findall(text), *_CODE.findall(text)})


@pytest.mark.parametrize("code", CODES)
def test_no_placeholder_differs(code: str) -> None:
    wrong = [(one, other) for one, other in read(code).items() if signs(one) != signs(other)]
    assert not wrong, f"placeholders or `code` differ: {wrong[:5]}"


@pytest.mark.parametrize("code", CODES)
def test_each_translation_is_in_the_language(code: str) -> None:
    kept = [other for other in read(code).values() if not _HAN.search(other) and _PROSE.search(_plain(other))]
    assert not kept, f"these are still English: {kept}"


def _plain(text: str) -> str:
    return _CODE.sub("", PLACEHOLDER.sub("", text))


@pytest.mark.parametrize("code", CODES)
def test_the_reader_of_catalogues_reads_what_babel_reads(code: str) -> None:
    text = (ROOT / "language" / f"{code}.po").read_bytes()
    babel = {str(one.id): str(one.string) for one in read_po(BytesIO(text)) if one.id and one.string}
    assert read(code) == babel


def originals() -> list[str]:
    """All files of texts of the product."""
    found = []
    for room in catalogue.ROOMS:
        for path in sorted((ROOT / room).rglob("*.yaml")):
            name = str(path.relative_to(ROOT))
            if name not in FILES_WITHOUT_TEXTS and path.name.count(".") == 1:
                found.append(name)
    return found


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", originals())
def test_each_file_of_texts_has_its_pair(name: str, code: str) -> None:
    if name in NOT_YET["files"]:
        return
    pair = ROOT / name.replace(".yaml", f".{code}.yaml")
    assert pair.exists(), f"translate {name} into {pair.name}"
    original, translated = (fast_yaml.read(path.read_text(encoding="utf-8")) for path in (ROOT / name, pair))
    wrong = [*differences(original, translated, ())]
    assert not wrong, f"{pair.name}: " + "\n".join(wrong[:20])


def differences(original: Any, translated: Any, path: tuple[str, ...]) -> Iterator[str]:
    """What a translated document lacks, or has too much of, or says with other placeholders."""
    place = ".".join(path)
    if isinstance(original, dict):
        given = translated if isinstance(translated, dict) else {}
        yield from (f"{place}: {key} is not in the original" for key in given if key not in original)
        for key, value in original.items():
            yield from differences(value, given.get(key), (*path, str(key)))
    elif isinstance(original, list):
        rows = translated if isinstance(translated, list) else []
        if rows and len(rows) != len(original):
            yield f"{place}: {len(rows)} items, and the original has {len(original)}"
        for at, value in enumerate(original):
            yield from differences(value, rows[at] if at < len(rows) else None, (*path, str(at)))
    elif isinstance(original, str):
        if translated is None:
            is_command = bool(COMMANDS & set(path)) or path[0] == "sources"
            if _PROSE.search(_plain(original)) and not (is_command and "   # " not in original):
                yield f"{place}: no translation"
        elif signs(original) != signs(str(translated)):
            yield f"{place}: placeholders or `code` differ: {set(signs(original)) ^ set(signs(str(translated)))}"
    elif translated is not None:
        yield f"{place}: a value that is no text is not translated"


def test_a_pair_is_found_in_the_package() -> None:
    found: list[tuple[Path, Path]] = list(catalogue.pairs("zh"))
    assert {original.name for original, _ in found} >= {"checks.yaml", "steps.yaml", "scenarios.yaml"}
