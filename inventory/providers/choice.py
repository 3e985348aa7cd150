"""The choice of provider and platform for a folder's machines: `.lab/machines.yaml`, which the Vagrantfile reads."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from inventory import files
from inventory.errors import ConfigError, MachineError
from inventory.platforms.base import Platform
from inventory.platforms.registry import get
from inventory.providers import registry
from inventory.providers.base import Provider, VagrantSettings
from language import fast_yaml

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Choice:
    """The chosen provider and platform, with the reason; the lab's network and bridge on this host; the nodes.

    `nodes` has a mapping for each node: `alias`, `name`, `address`. `vagrant` has the settings of the Vagrantfile.
    """

    provider: str
    platform: str
    network: str
    interface: str
    why: str = ""
    nodes: list[dict[str, str]] = field(default_factory=list)
    vagrant: VagrantSettings = field(default_factory=VagrantSettings)

    @property
    def provider_data(self) -> Provider:
        """The provider itself."""
        return registry.get(self.provider)

    @property
    def platform_data(self) -> Platform:
        """The platform itself."""
        return get(self.platform)


class _Dumper(yaml.SafeDumper):
    """Quotes each text that another reader of YAML could take for a number, a date or a boolean (Ruby reads it too)."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and text.lower() not in ("y", "n", "nan", "inf", "infinity")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def write(path: Path, choice: Choice) -> None:
    """Write the choice, completely or not at all."""
    files.write(path, yaml.dump(asdict(choice), Dumper=_Dumper, sort_keys=False, allow_unicode=True))


def read(path: Path, lab: str = "lab") -> Choice:
    """Read the choice of a lab, which `lab` names in messages.

    Raises MachineError when there is none yet, or when the file is damaged.
    """
    try:
        made = fast_yaml.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MachineError(f"There is no {lab} in this folder yet.", hint="Make one: ./lab up") from error
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _damaged(path, error) from error
    try:
        choice = Choice(**{**made, "vagrant": VagrantSettings(**made["vagrant"])})
        choice.provider_data, choice.platform_data  # noqa: B018 -- raises ConfigError for unknown names
    except (TypeError, KeyError, AttributeError, ConfigError) as error:
        raise _damaged(path, error) from error
    return choice


def _damaged(path: Path, error: Exception) -> MachineError:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return MachineError(
        f"{path} is damaged: {first}",
        hint="./lab up writes it again; ./lab down removes the lab.",
    )
