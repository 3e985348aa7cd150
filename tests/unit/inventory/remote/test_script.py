"""Scripts for nodes: parameters, libraries, and that all of the product's are plain shell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.remote.script import parameters, script

ROOT = Path(__file__).parents[4]
ALL = [
    path
    for room in ("inventory", "cluster", "status", "provision", "drill", "classroom")
    for path in sorted((ROOT / room).rglob("*.sh"))
]
GREET = """\
#!/bin/sh
# Greet somebody.

: "${greeting:?}"
: "${name?}"
. ./loud.sh

loud "$greeting, $name"
"""
LOUD = """\
#!/bin/sh
# Library: loud words.
: "${mark:?}"

loud() {
    echo "$1$mark"
}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with a folder of scripts."""
    name = f"greetings_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name / "scripts"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "greet.sh").write_text(GREET)
    (folder / "loud.sh").write_text(LOUD)
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["Ann", "", 'it\'s "$HOME" `id` \\', "two\nlines"])
def test_a_value_arrives_as_it_is(package: str, name: str) -> None:
    done = run(script(package, "scripts/greet", greeting="Hello", name=name, mark="!"))
    assert (done.stdout, done.stderr) == (f"Hello, {name}!\n", "")


def test_a_value_that_must_not_be_empty_ends_the_script_with_its_name(package: str) -> None:
    done = run(script(package, "scripts/greet", greeting="", name="Ann", mark="!"))
    assert done.returncode != 0
    assert "greeting" in done.stderr


def test_the_file_is_named_first_and_headers_are_left_out(package: str) -> None:
    text = script(package, "scripts/greet", greeting="Hello", name="Ann", mark="!")
    assert text.splitlines()[0] == "# greet.sh", "so that the log and a process list tell what it is"
    assert "#!/bin/sh" not in text
    assert "Library" not in text


def test_the_parameters_are_those_of_the_libraries_too(package: str) -> None:
    assert parameters(package, "scripts/greet") == {"greeting", "name", "mark"}


@pytest.mark.parametrize("values", [{"greeting": "Hello"}, {"greeting": 1, "name": 2, "mark": 3, "nome": 4}])
def test_a_missing_or_unknown_parameter_is_a_mistake_in_the_program(
    package: str, values: dict[str, object]
) -> None:
    with pytest.raises(TypeError, match=r"scripts/greet\.sh takes \['greeting', 'mark', 'name'\], not"):
        script(package, "scripts/greet", **values)


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_script_is_shell_and_says_what_it_does(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("#!")
    assert lines[1].startswith("# "), "a script's second line says what it does"
    for shell in ("dash", "bash"):
        if "bash" in lines[0] and shell == "dash":
            continue
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
