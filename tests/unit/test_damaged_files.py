"""The files of a lab's state, damaged at random: each reader gives an answer or a LabError, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from classroom import attempts
from classroom.attempt import Typed
from drill.record import timeline_file
from inventory import files, journal
from inventory.config import lab_yaml
from inventory.errors import LabError
from inventory.journal import Journal
from inventory.model import NodeAction
from inventory.providers import choice
from inventory.providers.choice import Choice
from tests.support.attempts import begun
from tests.support.example_lab import CASES

ROOT = CASES.parent.parent
ROUNDS, SEED = 40, 9
ODD = [
    b"\x80", b"\x00", b"", b"[" * 20_000, b"{" * 5_000, b"9" * 5_000, b"1e999", b"-0", b"null", b"true", b"[]", b"{}",
    b'"x"', b"\xef\xbb\xbf", b"\n", b"\\ud800", b"!!python/name:os.system", b"&a [*a]", b"\t", b"'", b'"',
]  # fmt: skip
"""What is put into a file, or in its place."""


def made(folder: Path) -> dict[str, Path]:
    """One whole file of each kind."""
    state = folder / ".lab"
    undo = [NodeAction("node1", "true", power="thaw")]
    Journal(folder).begin("partition", target="node1", undo=undo, baseline="<cib/>")
    choice.write(state / "machines.yaml", Choice("docker", "debian12", "ha-lab-x", "halab-x"))
    begun(folder, "no-order")
    attempts.add_typed(folder, "a", Typed("2026-11-27T10:36:48Z", "node1", "pcs status", 0))
    (state / "lock").write_text("1\n./lab up\n1700000000\n")
    (folder / "lab.yaml").write_text((ROOT / "lab.yaml").read_text())
    record = (CASES / "records" / "thin-record.jsonl").read_bytes().splitlines(keepends=True)[:6]
    (folder / "timeline.jsonl").write_bytes(b"".join(record))
    return {
        "journal": state / "journal.jsonl",
        "choice": state / "machines.yaml",
        "exercise": state / "exercise.json",
        "attempt": attempts.path_of(folder, "20261127T103648Z-6b23"),
        "commands": attempts.commands_path(folder, "a"),
        "lock": state / "lock",
        "lab.yaml": folder / "lab.yaml",
        "record": folder / "timeline.jsonl",
    }


READERS: dict[str, Callable[[Path], object]] = {
    "journal": lambda path: journal.pending(path.parent.parent),
    "choice": choice.read,
    "exercise": lambda path: attempts.under_way(path.parent.parent),
    "attempt": lambda path: attempts.under_way(path.parent.parent),
    "commands": lambda path: attempts.typed(path.parent.parent, "a"),
    "lock": files.holder,
    "lab.yaml": lab_yaml.load,
    "record": timeline_file.read_all,
}


def damaged(whole: bytes, dice: random.Random) -> Iterator[bytes]:
    yield from ODD
    for _ in range(ROUNDS):
        at, end = sorted(dice.sample(range(len(whole) + 1), 2))
        yield whole[:at] + dice.choice(ODD) + whole[end if dice.random() < 0.5 else at :]
    for _ in range(ROUNDS):  # one value in the place of another one
        at = dice.choice([at for at, one in enumerate(whole) if one in b":,[\n"]) + 1
        yield whole[:at] + dice.choice(ODD) + whole[whole.find(b",", at) if b"," in whole[at:] else at :]


@pytest.mark.parametrize("kind", READERS)
def test_a_damaged_file(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path)[kind]
    assert READERS[kind](path) not in ((), None) or kind == "lock", "the whole file is read"
    for text in damaged(path.read_bytes(), random.Random(SEED)):
        path.write_bytes(text)
        try:
            READERS[kind](path)
        except LabError:
            continue
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}: {text[:200]!r}")


def test_a_large_lab_yaml_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text((ROOT / "lab.yaml").read_text() + "# x\n" * 2_000_000)
    with pytest.raises(LabError, match="larger than 64 KiB"):
        lab_yaml.load(tmp_path / "lab.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 60_000, "more than 16 levels"),
        ("\n".join(f"{' ' * at}a:" for at in range(40)), "more than 16 levels"),
        ("a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)), "alias"),
        ("a0: &a0 {k: v}\n" + "\n".join(
            f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12)
        ), "aliases"),
    ],
    ids=["lists", "mappings", "aliases", "merge keys"],
)  # fmt: skip
def test_a_bomb_is_refused(text: str, says: str) -> None:
    with pytest.raises(LabError, match=says):
        lab_yaml.parse(text, "lab.yaml")


def test_a_machine_name_that_is_no_word_is_refused() -> None:
    text = (
        (ROOT / "lab.yaml").read_text().replace("node1.magedu.com", "2.x").replace("node2.magedu.com", "n2.x")
    )
    with pytest.raises(LabError, match="its first label"):
        lab_yaml.parse(text, "lab.yaml")
