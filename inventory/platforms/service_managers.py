"""The init systems: systemd, and System V init with chkconfig."""

from __future__ import annotations

from collections.abc import Collection

from inventory.errors import ConfigError
from inventory.platforms.base import Argv, ServiceAction, ServiceManager
from inventory.remote.script import script

OWN_DROP_IN = "ha-lab.conf"
"""The lab's drop-in of a unit."""


class Systemd(ServiceManager):
    """systemctl(1)."""

    name = "systemd"
    restarts_killed = True

    def _argv(self, action: ServiceAction, unit: str) -> Argv:
        return ("systemctl", *(("--no-pager",) if action == "status" else ()), action, unit)

    def enabled_reading(self, unit: str) -> str:
        """Ask `systemctl is-enabled`."""
        return f"systemctl is-enabled {unit} 2>/dev/null | grep -x enabled"

    def restart_command(self, unit: str) -> str:
        """Show the unit's Restart= (systemd.service(5))."""
        return f"systemctl show -p Restart {unit}"

    def restarted_reading(self, unit: str) -> str:
        """Print `yes` for any Restart= except `no`."""
        return f"{self.restart_command(unit)} | grep -q '^Restart=[^n]' && echo yes"

    def set_restart(self, unit: str, restart: str) -> str:
        """Write a drop-in for the unit."""
        folder = f"/etc/systemd/system/{unit}.service.d"
        text = f"[Service]\\nRestart={restart}\\n"
        return f"mkdir -p {folder} && printf '{text}' > {folder}/{OWN_DROP_IN} && systemctl daemon-reload"

    def unfit_reading(self, unit: str) -> str:
        """Read the load state, and the drop-ins that are neither the lab's nor the distribution's."""
        not_loaded, changed = f"the unit {unit} is not loaded", f"the unit {unit} was changed"
        return script(
            __package__, "systemd_unfit", unit=unit, own=OWN_DROP_IN, not_loaded=not_loaded, changed=changed
        )

    def active(self, units: Collection[str]) -> Argv:
        """Ask `systemctl is-active`, which is false while a unit stops."""
        return tuple(f"systemctl -q is-active {unit}" for unit in units)

    def forget_failures(self, units: Collection[str]) -> str:
        """Reset the start limit of the units."""
        return f"systemctl reset-failed {' '.join(units)} 2>/dev/null"


class SysV(ServiceManager):
    """service(8) and chkconfig(8). An init script never restarts a killed service."""

    name = "sysv"
    restarts_killed = False

    def _argv(self, action: ServiceAction, unit: str) -> Argv:
        if action == "is-enabled":
            return ("chkconfig", "--list", unit)
        if action in ("enable", "disable"):
            return ("chkconfig", unit, "on" if action == "enable" else "off")
        return ("service", unit, action)

    def enabled_reading(self, unit: str) -> str:
        """Print `enabled` when the service is on in runlevel 3."""
        return f"chkconfig --list {unit} 2>/dev/null | grep -q 3:on && echo enabled"

    def restart_command(self, unit: str) -> str:
        """Give no command: a killed service is never restarted."""
        return ""

    def restarted_reading(self, unit: str) -> str:
        """Print nothing."""
        return "true"

    def set_restart(self, unit: str, restart: str) -> str:
        """Raise ConfigError."""
        raise ConfigError(f"init scripts cannot restart a killed service: {unit}")

    def active(self, units: Collection[str]) -> Argv:
        """Look for the script itself with the word stop: it waits for the end of a service that hangs.

        The brackets keep pgrep(1) from finding the shell that runs this text.
        """
        return tuple(f"! pgrep -f '[/](init|rc[0-6])[.]d/(K[0-9]+)?{unit} stop' >/dev/null" for unit in units)

    def forget_failures(self, units: Collection[str]) -> str:
        """Give no command: there is no start limit."""
        return ""
