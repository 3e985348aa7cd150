"""What is done in one place alone: programs, locks, replaced files, crm_mon; and what providers are called."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from inventory.providers import registry
from tests.support.rooms import ROOMS

ROOT = Path(__file__).parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))
}


Nodes = list[ast.AST]


def nodes_of(source: str) -> Nodes:
    """All nodes of a module's tree."""
    return list(ast.walk(ast.parse(source)))


def imports(nodes: Nodes, *modules: str) -> bool:
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names] + [
        node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)
    ]
    return any(name.split(".")[0] in modules for name in names)


def calls(nodes: Nodes) -> Iterator[tuple[str, ast.Call]]:
    """Each call of an attribute: `x.name(…)` as ("x.name" or ".name", call)."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            yield f"{of}.{node.func.attr}", node


def runs_programs(nodes: Nodes) -> bool:
    return imports(nodes, "subprocess", "pty") or any(
        name in ("os.system", "os.popen") or name.startswith("os.spawn") for name, _ in calls(nodes)
    )


def locks(nodes: Nodes) -> bool:
    return imports(nodes, "fcntl")


def replaces_files(nodes: Nodes) -> bool:
    """A replaced file: os.replace, os.rename, or a path's `replace(target)`; a text's replace has two arguments."""
    return any(
        name in ("os.replace", "os.rename", "shutil.move")
        or (name.endswith(".replace") and len(call.args) == 1 and not call.keywords)
        or name.endswith(".rename")
        for name, call in calls(nodes)
    )


def reads_the_cluster(nodes: Nodes) -> bool:
    return any(name == "crm_mon.parse" for name, _ in calls(nodes))


DEEDS = (runs_programs, locks, replaces_files, reads_the_cluster)


@cache
def done_by(name: str) -> frozenset[Callable[[Nodes], bool]]:
    """What a module does; it is parsed once for all of them."""
    nodes = nodes_of(SOURCES[name].read_text())
    return frozenset(does for does in DEEDS if does(nodes))


@pytest.mark.parametrize(
    ("does", "where"),
    [
        (
            runs_programs,
            {
                "inventory/host/command.py",
                "inventory/providers/vagrant_program.py",  # python-vagrant's errors
                "inventory/remote/ssh.py",
                "drill/observe/ssh_session.py",
            },
        ),
        (locks, {"inventory/files.py"}),
        (replaces_files, {"inventory/files.py"}),
        (reads_the_cluster, {"status/node_shell.py"}),
    ],
    ids=["programs", "locks", "replaced files", "the cluster's state"],
)
def test_it_is_done_in_one_place(does: Callable[[Nodes], bool], where: set[str]) -> None:
    assert {name for name in SOURCES if does in done_by(name)} == where


@pytest.mark.parametrize(
    "text", ["import subprocess", "from subprocess import run", "import os\nos.system('x')"]
)
def test_a_program_is_seen(text: str) -> None:
    assert runs_programs(nodes_of(text))


@pytest.mark.parametrize(
    "text", ["import os\nos.replace(a, b)", "path.with_suffix('.new').replace(path)", "a.rename(b)"]
)
def test_a_replaced_file_is_seen(text: str) -> None:
    assert replaces_files(nodes_of(text))
    assert not replaces_files(
        nodes_of("text.replace('a', 'b')\nreplace(record, name=1)\nnow.replace(hour=1)")
    )


def named(text: str) -> set[str]:
    # ssh is the way to every node, and also the provider of an adopted cluster.
    programs = (one.program for one in registry.providers().values() if not one.adopted)
    words = "|".join([*registry.names(), *programs, "vmware"])
    return set(re.findall(rf"(?i)(?<![a-z])(?:{words})", text))


def test_only_its_own_file_knows_a_providers_name() -> None:
    """But for the boxes of a platform, which are keyed by provider: a table of two sides stands on one of them."""
    allowed = ("inventory/providers/", "inventory/platforms/")
    found = {name: named(path.read_text()) for name, path in SOURCES.items() if not name.startswith(allowed)}
    assert {name: words for name, words in found.items() if words} == {}
    text = (ROOT / "Vagrantfile").read_text()
    assert named(text) == set()


def test_a_platform_names_providers_only_for_its_boxes() -> None:
    for name, path in SOURCES.items():
        if name.startswith("inventory/platforms/"):
            tree = ast.parse(path.read_text())
            boxes = {
                id(part)
                for node in ast.walk(tree)
                if isinstance(node, ast.keyword) and node.arg == "boxes"
                for part in ast.walk(node)
            }
            rest = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in boxes
            ]
            assert {word for text in rest for word in named(text)} == set(), name
