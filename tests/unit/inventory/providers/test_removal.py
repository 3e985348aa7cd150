"""`down` removes what bears the folder's label, whatever lab.yaml, .lab and .vagrant say by then."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import LabError, MachineError
from inventory.host import command
from inventory.providers import registry, removal
from inventory.providers.base import Provider, network_name


class FakeProvider:
    """A provider with machines in memory."""

    name = "docker"

    def __init__(self, *machines: str, fails: bool = False) -> None:
        self.machines, self.fails, self.released = list(machines), fails, False

    def machines_of(self, root: Path) -> tuple[str, ...]:
        if self.fails:
            raise MachineError("the engine does not answer")
        return tuple(self.machines)

    def remove_machine(self, id_: str) -> None:
        self.machines.remove(id_)

    def release(self, root: Path) -> None:
        self.released = True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".lab").mkdir()
    (tmp_path / ".lab" / "machines.yaml").write_text("\x80")
    return tmp_path


def known(root: Path, alias: str, id_: str) -> None:
    path = root / ".vagrant" / "machines" / alias / "docker" / "id"
    path.parent.mkdir(parents=True)
    path.write_text(id_)


def use(monkeypatch: pytest.MonkeyPatch, *providers: FakeProvider) -> None:
    monkeypatch.setattr(registry, "here", lambda: providers)


def fail() -> None:
    raise LabError("vagrant destroy failed")


def nothing() -> None:
    """Vagrant knows no machine."""


def test_machines_under_other_names_and_lost_ones_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known(root, "node1-of-before", "a")
    provider, said = FakeProvider("a", "lost"), list[str]()
    use(monkeypatch, provider)
    removal.remove(root, fail, said.append)
    assert (provider.machines, provider.released) == ([], True)
    assert len(said) == 2
    assert list(root.iterdir()) == [], "no .lab and no .vagrant"


def test_nothing_is_forgotten_while_a_machine_is_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known(root, "node1", "a")
    use(monkeypatch, FakeProvider("a", fails=True))
    with pytest.raises(LabError, match="vagrant destroy failed"):
        removal.remove(root, fail, print)
    assert removal.made_ids(root) == {"node1": "a"}


def test_an_engine_that_has_nothing_to_do_with_it_does_not_matter(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, FakeProvider(fails=True))
    removal.remove(root, nothing, print)
    assert not (root / ".lab").exists()


def test_up_tells_of_machines_that_vagrant_lost(root: Path) -> None:
    known(root, "node1", "a")
    provider: Provider = FakeProvider("a")  # type: ignore[assignment]
    removal.require_no_strays(root, provider)
    provider = FakeProvider("a", "lost")  # type: ignore[assignment]
    with pytest.raises(MachineError, match="Vagrant does not know them") as caught:
        removal.require_no_strays(root, provider)
    assert "./lab down" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "line", "last"),
    [
        ("libvirt", "0f6c-11 {name}", "undefine"),
        ("virtualbox", '"{name}" {{0f6c-11}}', "unregistervm"),
    ],
)
def test_virtual_machines_are_known_by_the_folders_prefix(
    name: str, line: str, last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = network_name(tmp_path), network_name(tmp_path / "other")
    text = "\n".join(["", line.format(name=f"{mine}-node1"), line.format(name=f"{other}-node1")])
    ran: list[list[str]] = []
    monkeypatch.setattr(command, "answer", lambda argv, **_: text)
    monkeypatch.setattr(command, "run", lambda argv, **_: ran.append(list(argv)))
    monkeypatch.setattr(command, "check", lambda argv, **_: ran.append(list(argv)))
    provider = registry.get(name)
    assert provider.machines_of(tmp_path) == ("0f6c-11",)
    provider.remove_machine("0f6c-11")
    assert last in ran[-1]
    assert "0f6c-11" in ran[-1]
