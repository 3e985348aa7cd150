"""The power of machines: each provider's commands against the recorded answers of its program (tests/cases/power).

A file has `states` by the program's own names: the answer to the question for the state (`out`, `err`, `exit`), and
what it `means`: running, paused, off, missing or unknown. `words` has the lab's power words: the `argv`, and the answer
in a state; `becomes` is the state afterwards. A word that is refused in a state has an exit status.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from inventory.errors import MachineError
from inventory.model import PowerAction
from inventory.providers import registry
from inventory.providers.choice import Choice
from inventory.providers.machines import Machines
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2, example_lab
from tests.support.hypervisor import Hypervisor

DATA: dict[str, dict[str, Any]] = {
    path.stem: fast_yaml.read(path.read_text()) for path in sorted((CASES / "power").glob("*.yaml"))
}
ID = "5b3fa4f2-c6ec-4b11-bc27-972959a39875"
STATES = [(name, state) for name, data in DATA.items() for state in data["states"]]
WORDS = [
    (name, word, state)
    for name, data in DATA.items()
    for word, row in data["words"].items()
    for state in row
    if state != "argv"
]


class Power:
    """A lab of one provider, whose program answers as recorded."""

    def __init__(self, provider: str, state: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = DATA[provider]
        file = folder / "machines" / "node1.vmx"
        file.parent.mkdir()
        if data["states"][state].get("file", True):
            file.touch()
        self.id = str(file) if "FILE" in json.dumps(data) else ID
        data = json.loads(
            json.dumps(data).replace("FILE", str(file)).replace('ID"', f'{ID}"').replace("ID", ID)
        )
        self.states, self.words = data["states"], data["words"]
        self.provider = registry.get(provider)
        asked = self.provider.power.argv("state", self.id)
        answers = [{"argv": asked, "state": name, **row} for name, row in self.states.items()]
        for row in self.words.values():
            answers += [{"argv": row["argv"], "state": name, **row[name]} for name in row if name != "argv"]
        self.program = Hypervisor(folder / "bin", self.provider.program, answers, state)
        monkeypatch.setenv("PATH", str(folder / "bin"))
        monkeypatch.setattr(Machines, "choice", Choice(provider, "debian12", "net", "halab"))
        monkeypatch.setattr(Machines, "ids", lambda self_: {NODE1: self.id, NODE2: ""})
        self.machines = Machines(folder, example_lab())
        self.node = self.machines.lab.node1


def test_every_provider_has_recorded_answers() -> None:
    assert sorted(DATA) == sorted(registry.names())
    assert all(data["source"] for data in DATA.values())


@pytest.mark.parametrize("provider", DATA)
def test_every_power_word_has_recorded_answers(provider: str) -> None:
    power = registry.get(provider).power
    words = {word for word in get_args(PowerAction) if getattr(power, word)}
    assert set(DATA[provider]["words"]) == words
    assert {row["means"] for row in DATA[provider]["states"].values()} >= {
        "running",
        "off",
        "missing",
        "unknown",
    }


@pytest.mark.parametrize(("provider", "state"), STATES)
def test_a_state(provider: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Power(provider, state, tmp_path, monkeypatch)
    row = lab.states[state]
    means = row["means"]
    if means == "unknown":
        with pytest.raises(MachineError, match=f"The state of the machine {lab.id} is not known") as caught:
            lab.machines.running()
        assert (row.get("err") or row.get("out", "")).strip().splitlines()[:1] == [
            line.removeprefix("  | ") for line in caught.value.message.splitlines()[1:2]
        ], "what the program said is told"
        with pytest.raises(MachineError):
            lab.machines.frozen(lab.node)
        return
    assert lab.provider.state(lab.id) == means
    assert lab.machines.running() == {NODE1: means in ("running", "paused"), NODE2: False}
    assert lab.machines.frozen(lab.node) is (means == "paused")
    assert not lab.machines.frozen(lab.machines.lab.nodes[1]), "there is no machine"


@pytest.mark.parametrize(("provider", "word", "state"), WORDS)
def test_a_word(
    provider: str, word: PowerAction, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Power(provider, state, tmp_path, monkeypatch)
    row = lab.words[word]
    act = getattr(lab.machines, word)
    if row[state].get("exit"):
        said = (row[state].get("err") or row[state]["out"]).strip().splitlines()[0]
        with pytest.raises(MachineError) as caught:
            act(lab.node)
        assert said in caught.value.message
        assert lab.program.state == state
    else:
        act(lab.node)
        assert lab.program.state == row[state]["becomes"]
    assert lab.program.calls == [row["argv"]]


@pytest.mark.parametrize("provider", [name for name, data in DATA.items() if "freeze" in data["words"]])
def test_freeze_and_thaw(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Power(provider, "running", tmp_path, monkeypatch)
    lab.machines.freeze(lab.node)
    assert lab.machines.frozen(lab.node)
    lab.machines.thaw(lab.node)
    assert not lab.machines.frozen(lab.node)
    lab.machines.power_off(lab.node)
    assert lab.machines.running() == {NODE1: False, NODE2: False}


def test_what_is_not_possible_has_a_reason() -> None:
    for one in registry.providers().values():
        for word in get_args(PowerAction):
            possible = bool(getattr(one.power, word)) or word == "power_on"
            assert bool(one.power.lacks(cast(PowerAction, word))) is not possible
