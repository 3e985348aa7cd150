"""All scenarios of the lab by name, and the texts of scenarios.yaml that explain them to students."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from drill.scenarios.base import Explanation, Scenario
from drill.scenarios.fault_scenarios import FAULT_SCENARIOS
from drill.scenarios.fenced_scenarios import FENCED_SCENARIOS
from drill.scenarios.more_nodes_scenarios import MORE_NODES_SCENARIOS
from drill.scenarios.service_scenarios import SERVICE_SCENARIOS
from drill.scenarios.third_vote_scenarios import THIRD_VOTE_SCENARIOS
from drill.scenarios.walkthrough import WALKTHROUGH
from inventory.errors import ConfigError
from inventory.platforms.base import Platform
from inventory.platforms.wording import adapted
from language import fast_yaml

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        one.name: one
        for one in (
            *WALKTHROUGH,
            *FAULT_SCENARIOS,
            *FENCED_SCENARIOS,
            *MORE_NODES_SCENARIOS,
            *THIRD_VOTE_SCENARIOS,
            *SERVICE_SCENARIOS,
        )
    }
)
"""Every scenario by name, in the order in which they run."""


def get(name: str) -> Scenario:
    """The scenario of that name. Raises ConfigError, which lists all scenarios."""
    try:
        return SCENARIOS[name]
    except KeyError:
        raise ConfigError(f"there is no scenario {name!r}", hint=f"one of: {', '.join(SCENARIOS)}") from None


def explanations(platform: Platform | None = None, nodes: int = 2) -> Mapping[str, Explanation]:
    """The texts of scenarios.yaml in the words of a platform and for a number of nodes, by the scenario's name."""
    return {name: Explanation(**adapted(fields, platform, nodes)) for name, fields in _texts().items()}


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("scenarios.yaml").read_text(encoding="utf-8")
    texts: Mapping[str, Mapping[str, str]] = fast_yaml.read(text)
    return texts
