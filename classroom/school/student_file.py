"""student.yaml: what a student's lab knows of the class. It has the student's seed, so it is only for this student.

In an exam it does not have the faults: the teacher's class.yaml has them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from classroom.school import keys
from classroom.school.class_file import POINTS, ClassFile, Points
from classroom.school.personal import Personal
from classroom.school.student_language import NAME
from inventory.config.yaml_reader import read
from inventory.errors import ConfigError

_FAULTS = "faults"
_HEAD = (
    "# {name}, class {class_}. Keep this file to yourself: its seed signs what you hand in (./lab hand-in).\n"
)


@dataclass(frozen=True)
class StudentFile:
    """student.yaml, validated. `faults` are the names of this student's exercises in order; None in an exam.

    The file also tells the student the mode, and how many exercises and predictions there are; no command needs these.
    """

    class_name: str
    name: str
    slug: str
    seed: bytes
    scenarios: tuple[str, ...]
    points: Points
    hint_price: int
    faults: tuple[str, ...] | None


def text(class_: ClassFile, mine: Personal) -> str:
    """The text of student.yaml; the same on every machine."""
    row = {
        "class": class_.name,
        "student": mine.student.name,
        "slug": mine.student.slug,
        "mode": class_.mode,
        **({"language": class_.language} if class_.language else {}),
        "seed": mine.seed.hex(),
        "exercises": class_.each,
        "scenarios": list(class_.scenarios),
        "predictions": class_.predictions,
        "points": asdict(class_.points),
        "hint_price": class_.hint_price,
    }
    if class_.mode == "practice":
        row["faults"] = keys.seal(mine.seed, _FAULTS, json.dumps(mine.faults))
    head = _HEAD.format(name=mine.student.name, class_=class_.name)
    return head + yaml.safe_dump(row, sort_keys=False, allow_unicode=True, width=200)


def load(folder: Path) -> StudentFile:
    """The student file of a folder. Raises ConfigError when there is none, or with its mistakes."""
    path = folder / NAME
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file, so this is the lab of no student",
            hint="put the student.yaml from the teacher beside lab.yaml; ./lab class student NAME writes it",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read: {error}", hint="ask the teacher for the file again"
        ) from error
    return parse(content, str(path))


def parse(content: str, where: str = NAME) -> StudentFile:
    """Read the text of a student file. Raises ConfigError with all mistakes."""
    document = read(content, where)
    part = document.fields(
        ("class", "student", "slug", "seed", "scenarios", "points", "hint_price"),
        ("mode", "language", "exercises", "predictions", "faults"),
    )  # fmt: skip
    words = {key: part[key].text("a text") or "" for key in ("class", "student", "slug")}
    seed = part["seed"].text("64 hexadecimal digits", _is_seed) or "00"
    hint_price = part["hint_price"].whole(0, 1000) or 0
    scenarios = tuple(
        one.text("the name of a scenario") or "" for one in part["scenarios"].items("scenarios")
    )
    worth = part["points"].fields(POINTS)
    points = Points(*(worth[key].whole(0, 1000, "points") or 0 for key in POINTS))
    sealed = part["faults"].text("a sealed text") if part["faults"].present else None
    document.document.close()
    key = bytes.fromhex(seed)
    return StudentFile(
        words["class"], words["student"], words["slug"], key, scenarios, points, hint_price,
        _faults(key, sealed, where),
    )  # fmt: skip


def _is_seed(value: str) -> bool:
    return len(value) == 64 and all(one in "0123456789abcdef" for one in value)


def _faults(seed: bytes, sealed: str | None, where: str) -> tuple[str, ...] | None:
    if sealed is None:
        return None
    content = keys.opened(seed, _FAULTS, sealed)
    if content is None:
        raise ConfigError(
            f"{where}: `faults` was changed, or belongs to another seed.",
            hint="ask the teacher for the file again",
        )
    return tuple(map(str, json.loads(content)))
