"""class.yaml: the students of a class, its secret seed, what each student does, and what it is worth.

It is read like lab.yaml: all mistakes at once, each with its line, its key, what was found and what is allowed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from classroom.exercises import EXERCISES
from drill.scenarios import catalog
from inventory.config.yaml_document import YamlNode
from inventory.config.yaml_reader import read
from inventory.errors import ConfigError
from language.choice import LANGUAGES

NAME = "class.yaml"
MODES = ("practice", "exam")
MOST_STUDENTS = 200
"""More students than this are two classes: the derived networks lie in one range (personal.py)."""
SHORTEST_SEED, MOST_POINTS = 16, 1000
MOST_BYTES = 256 * 1024
POINTS = ("lab", "exercise", "scenario", "prediction")
_TEXT = "a name of 1 to 60 printable characters"


@dataclass(frozen=True)
class Student:
    """A student: the name, and the identity that the gradebook knows (default: the name)."""

    name: str
    identity: str

    @property
    def slug(self) -> str:
        """The name as a part of file names: letters and digits, with hyphens between."""
        return slug(self.name)


@dataclass(frozen=True)
class Points:
    """What each task is worth: `lab` for all checks, the others for one exercise, scenario, prediction."""

    lab: int
    exercise: int
    scenario: int
    prediction: int


@dataclass(frozen=True)
class ClassFile:
    """class.yaml, validated. `pool` are the exercises from which each student gets `each`. `predictions` are expected.

    `language` is the code of the language that its students read (language.choice), "" for that of their environment.
    `hint_price` is in points.
    """

    name: str
    seed: str
    mode: str
    language: str
    students: tuple[Student, ...]
    each: int
    pool: tuple[str, ...]
    scenarios: tuple[str, ...]
    predictions: int
    points: Points
    hint_price: int

    def student(self, text: str) -> Student:
        """The student with a name, an identity or a slug. Raises ConfigError."""
        wanted = folded(text)
        for one in self.students:
            if wanted in (folded(one.name), folded(one.identity), one.slug):
                return one
        raise ConfigError(
            f"{NAME} has no student {text!r}.", hint="./lab class students lists the students of the class."
        )

    @property
    def most_points(self) -> int:
        """The points of a student who solves everything without a hint."""
        return (
            self.points.lab
            + self.each * self.points.exercise
            + len(self.scenarios) * self.points.scenario
            + self.predictions * self.points.prediction
        )


def folded(text: str) -> str:
    """A name for comparisons: without differences of upper and lower case, of spaces and of Unicode forms."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def slug(name: str) -> str:
    """A name as a part of file names: letters and digits of any script, with one hyphen for all between them."""
    plain = "".join(one if one.isalnum() else " " for one in folded(name))
    return "-".join(plain.split())


def load(path: Path) -> ClassFile:
    """Read a class file. Raises ConfigError with all mistakes."""
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
        if len(data) > MOST_BYTES:
            raise ConfigError(f"{path}: larger than {MOST_BYTES // 1024} KiB", hint="is this the right file?")
        return parse(data.decode("utf-8-sig"), str(path))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file",
            hint="./lab class init writes one; the commands of the teacher need it",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", hint="UTF-8 text is needed") from error


def parse(text: str, where: str = NAME) -> ClassFile:
    """Read a class from a YAML text; `where` names it in messages. Raises ConfigError with all mistakes."""
    document = read(text, where)
    part = document.fields(
        ("name", "seed", "students", "exercises", "points", "hint_price"),
        ("mode", "language", "scenarios", "predictions"),
    )
    name = part["name"].text(_TEXT, _is_name)
    seed = part["seed"].text(
        f"a secret text of {SHORTEST_SEED} characters or more; ./lab class init makes one",
        lambda text: len(text) >= SHORTEST_SEED,
    )
    mode = part["mode"].one_of(MODES) if part["mode"].present else MODES[0]
    language = part["language"].one_of(tuple(LANGUAGES)) if part["language"].present else ""
    students = _students(part["students"])
    each, pool = _exercises(part["exercises"])
    known = tuple(catalog.SCENARIOS)
    scenarios = _names(part["scenarios"], "scenarios", known) if part["scenarios"].present else ()
    predictions = part["predictions"].whole(0, 100) if part["predictions"].present else 0
    worth = part["points"].fields(POINTS)
    points = [worth[key].whole(0, MOST_POINTS, "points") for key in POINTS]
    price = part["hint_price"].whole(0, MOST_POINTS, "points")
    document.document.close()
    return ClassFile(
        name or "", seed or "", mode or "", language or "", students, each, pool, scenarios, predictions or 0,
        Points(*(one or 0 for one in points)), price or 0,
    )  # fmt: skip


def _is_name(text: str) -> bool:
    return text.isprintable() and 0 < len(text.strip()) <= 60 and bool(slug(text))


def _students(yaml_node: YamlNode) -> tuple[Student, ...]:
    """The students: their number, or a list of names, numbers, or mappings with `name` and `id`."""
    allowed = f"a list of up to {MOST_STUDENTS} names, or the number of students (1 to {MOST_STUDENTS})"
    if not isinstance(yaml_node.value, list):
        count = yaml_node.value
        if yaml_node.present and not (
            isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST_STUDENTS
        ):
            yaml_node.wrong(allowed)
        width = len(str(count))
        names = [f"{one:0{width}}" for one in range(1, count + 1)] if isinstance(count, int) else []
        return tuple(Student(one, one) for one in names[:MOST_STUDENTS])
    items = yaml_node.items("names")
    if not 1 <= len(items) <= MOST_STUDENTS:
        yaml_node.wrong(allowed)
    found, seen = [], dict[tuple[str, str], YamlNode]()
    for item in items:
        name, identity = _student(item)
        for key, value in (("name", slug(name)), ("id", folded(identity))):
            first = seen.setdefault((key, value), item)
            if value and first is not item:
                line = item.document.line(first.path)
                what = "name" if key == "name" else "id (without an id: the name)"
                item.remark(
                    f"two students have the same {what}, here and in line {line}; allowed: different ones"
                )
        found.append(Student(name, identity))
    return tuple(found)


def _student(item: YamlNode) -> tuple[str, str]:
    if isinstance(item.value, dict):
        part = item.fields(("name",), ("id",))
        name = _word(part["name"])
        return name, _word(part["id"]) if part["id"].present else name
    name = _word(item)
    return name, name


def _word(item: YamlNode) -> str:
    """A name or a number as text; "" after a mistake."""
    value = str(item.value) if type(item.value) is int else item.value
    if isinstance(value, str) and _is_name(value):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if item.present:
        item.wrong(f"{_TEXT} with a letter or a digit")
    return ""


def _exercises(yaml_node: YamlNode) -> tuple[int, tuple[str, ...]]:
    part = yaml_node.fields(("each", "of"))
    known = tuple(one.name for one in EXERCISES)
    pool = _names(part["of"], "exercises", known)
    each = part["each"].whole(0, len(pool), "exercises for each student, at most those in `of`")
    return each or 0, pool


def _names(yaml_node: YamlNode, what: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for item in yaml_node.items(what):
        name = item.one_of(known)
        if name in found:
            item.remark(f"found {name} twice; allowed: different {what}")
        found += [name] if name else []
    return tuple(found)
