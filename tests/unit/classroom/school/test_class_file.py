"""class.yaml: what it may say, and a message for each mistake, with the line, the key, what was found and allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classroom.school import class_file
from classroom.school.class_file import Student
from inventory.errors import ConfigError
from language import fast_yaml
from tests.support.class_bots import class_of, class_text
from tests.support.example_lab import CASES

MISTAKES = fast_yaml.read((CASES / "class" / "mistakes.yaml").read_text(encoding="utf-8"))


def test_students_are_names_numbers_or_a_count() -> None:
    assert class_of(12)[0].students[0] == Student("01", "01")
    assert len(class_of(12)[0].students) == 12
    found, _ = class_of(["Wang Li", 7, {"name": "王 丽", "id": "2026003"}])
    assert found.students == (Student("Wang Li", "Wang Li"), Student("7", "7"), Student("王 丽", "2026003"))
    assert [one.slug for one in found.students] == ["wang-li", "7", "王-丽"]


@pytest.mark.parametrize("text", ["Wang Li", "wang-li", "WANG  LI", "2026"])
def test_a_student_is_found_by_name_file_name_and_identity(text: str) -> None:
    found, _ = class_of([{"name": "Wang Li", "id": 2026}, "ben"])
    assert found.student(text).name == "Wang Li"


def test_an_unknown_student_is_told() -> None:
    with pytest.raises(ConfigError, match="has no student 'carl'"):
        class_of(["anna"])[0].student("carl")


def test_what_may_be_absent_has_a_default() -> None:
    found, _ = class_of(mode=None, language=None, scenarios=None, predictions=None)
    assert (found.mode, found.language, found.scenarios, found.predictions) == ("practice", "", (), 0)


def test_the_most_points() -> None:
    found, _ = class_of(predictions=4)
    assert found.most_points == 10 + 3 * 10 + 2 * 5 + 4 * 1


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: str(case["change"])[:60])
def test_a_mistake(case: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as seen:
        class_file.parse(class_text(**case["change"]), "class.yaml")
    assert "class.yaml: " in str(seen.value)
    assert "line " in str(seen.value)
    for words in case["says"]:
        assert words in str(seen.value)


def test_two_equal_names_are_told_with_both_lines() -> None:
    text = class_text(students=None) + "students:\n- anna\n- ben\n- ANNA\n"
    line = text.splitlines().index("- anna") + 1
    with pytest.raises(ConfigError, match=rf"line {line + 2}: students\[2\]: two .* in line {line};"):
        class_file.parse(text)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe", "cannot be read"),
        (b"a: [", "not YAML"),
        (b"#" * 300_000, "larger than 256 KiB"),
        (b"", "the document: found nothing"),
    ],
)
def test_a_file_that_is_no_class(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "class.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=says):
        class_file.load(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        class_file.load(tmp_path / "class.yaml")
