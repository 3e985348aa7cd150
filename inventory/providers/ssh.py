"""ssh: a cluster that somebody else made, and that `./lab adopt` described. The lab makes and removes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.errors import ConfigError
from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.requirements import Needs, Say
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.registry import get
from inventory.providers.base import LabFolder, PowerCommands, Provider, VagrantSettings

NOT_OURS = "this cluster was adopted: somebody else made its machines"


class Adopted(Provider):
    """The nodes of an adopted cluster, reached by an ssh_config(5) of its owner."""

    name, title, rank, program = "ssh", "an adopted cluster", 1_000, "ssh"
    automatic = False
    adopted = True
    power = PowerCommands(none_because="the lab has no command for the power of an adopted machine")

    def findings(self, facts: HostFacts, lab: Lab, platform: str) -> Iterator[Finding]:
        """See Requirements."""
        yield Finding("adopted", "ok", NOT_OURS)

    def system(self, wanted: str, lab: Lab) -> Platform:
        """See Requirements."""
        return get(wanted)

    def platform_finding(self, platform: Platform, lab: Lab) -> Finding | None:
        """See Requirements."""
        return None

    def needs(self, facts: HostFacts, lab: Lab) -> Needs:
        """See Requirements."""
        return Needs(0, "", 0, "")

    def is_own(self, interface: str, bridge: str) -> bool:
        """See Requirements. The route of an adopted cluster is judged by inventory.host.routes."""
        return False

    def platform(self, wanted: str, lab: Lab, say: Say) -> tuple[Platform, str]:
        """See Provider."""
        return get(wanted), f"platform {wanted}, as it was found"

    def prepare(self, folder: LabFolder, platform: Platform, public_key: str, say: Say) -> VagrantSettings:
        """See Provider. Raises ConfigError."""
        raise ConfigError(f"Nothing is made: {NOT_OURS}.", hint="./lab status shows it.")


PROVIDER = Adopted()
