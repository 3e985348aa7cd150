"""The language of a person: --lang, then the environment, in the order of locale(7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom.school import student_file, student_language
from cli import chosen_language
from inventory.errors import ConfigError
from language import choice, speech
from tests.support.class_bots import class_of


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "en_US", "LC_ALL": "en_US", "LANGUAGE": "zh"}, "zh"),
        ({"LANG": "zh_CN", "LANGUAGE": "de:zh:en"}, "zh"),
        ({"LANG": "zh_CN", "LANGUAGE": "de:en:zh"}, "en"),
        ({"LANG": "zh_CN", "LANGUAGE": ""}, "zh"),
        ({"LANG": "zh@pinyin"}, "zh"),
    ],
)
def test_the_environment_names_the_language(environment: dict[str, str], code: str) -> None:
    assert choice.of_environment(environment) == code


@pytest.mark.parametrize(
    ("wanted", "code"), [("zh", "zh"), ("ZH-cn", "zh"), ("en_US.UTF-8", "en"), ("xx", None)]
)
def test_a_language_is_known_by_its_code_or_locale(wanted: str, code: str | None) -> None:
    assert choice.known(wanted) == code


def test_an_unknown_language_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(ConfigError) as caught:
        chosen_language.use("xx")
    assert caught.value.message == "--lang xx: there is no such language."
    assert caught.value.hint == "One of: en (English), zh (简体中文)"


@pytest.mark.parametrize(
    ("words", "lang", "code"),
    [
        (["--lang", "zh", "status"], "C", "zh"),
        (["--lang=zh", "--help"], "C", "zh"),
        (["status"], "zh_CN", "zh"),
        (["--lang", "en", "status"], "zh_CN", "en"),
        (["--lang"], "C", "en"),
    ],
)
def test_the_option_counts_before_the_environment(
    words: list[str], lang: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (*choice.VARIABLES, chosen_language.VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", lang)
    try:
        chosen_language.begin(words)
        assert speech.code() == code
    finally:
        speech.use(choice.ENGLISH)


@pytest.mark.parametrize(
    ("given", "of_class", "code"),
    [
        (("", ""), "zh", "zh"),
        (("", ""), "en", "en"),
        (("", ""), "", "zh"),
        (("", "en"), "zh", "en"),
        (("--lang=en", "zh"), "zh", "en"),
        (("", "xx"), "zh", "zh"),
    ],
    ids=["the class", "before LANG", "a class without one", "LAB_LANG", "--lang", "an unknown LAB_LANG"],
)
def test_the_class_decides_when_the_student_does_not(
    given: tuple[str, str], of_class: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    option, variable_of_lab = given
    class_, (mine, *_) = class_of(language=of_class or None)
    (tmp_path / "student.yaml").write_text(student_file.text(class_, mine), encoding="utf-8")
    for variable in choice.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8" if of_class == "zh" else "zh_CN.UTF-8")
    monkeypatch.setenv("LAB_LANG", variable_of_lab)
    try:
        chosen_language.begin(["--root", "/nowhere", *filter(None, [option]), f"--in={tmp_path}", "status"])
        assert speech.code() == code
    finally:
        speech.use(choice.ENGLISH)


@pytest.mark.parametrize("content", ["", "[", "language: [zh]", "- zh", "language: xx", "\x00"])
def test_a_student_file_with_mistakes_names_no_language(content: str, tmp_path: Path) -> None:
    (tmp_path / "student.yaml").write_text(content)
    assert student_language.language(tmp_path) is None
    assert student_language.language(tmp_path / "missing") is None
