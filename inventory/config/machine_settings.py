"""The settings of the virtual machines in lab.yaml, all optional: processors, the hypervisor's driver, another box."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inventory.config.yaml_document import YamlNode
from inventory.settings import MachineSettings

KEYS = ("cpus", "driver", "box", "box_url")
DRIVERS = ("auto", "kvm", "qemu")
SCHEMES = ("http", "https", "file")
_BOX = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?", re.ASCII)


def machine_settings(part: Mapping[str, YamlNode]) -> MachineSettings | None:
    """Read the settings from the top level of lab.yaml; None after a mistake, which is noted."""
    cpus = part["cpus"].whole(1, 64, "processors for each virtual machine") if part["cpus"].present else 1
    driver = part["driver"].one_of(DRIVERS) if part["driver"].present else "auto"
    box, url = "", ""
    if part["box"].present:
        allowed = "a name as Vagrant lists it, such as centos/stream9 (letters, digits and . _ - with at most one /)"
        box = part["box"].text(allowed, lambda text: bool(_BOX.fullmatch(text))) or ""
    if part["box_url"].present:
        allowed = "the URL (http, https, file) or the path of a .box file"
        url = part["box_url"].text(allowed, _is_url_or_path) or ""
        if not part["box"].present:
            part["box_url"].remark("the key box is missing: the name under which Vagrant keeps the box")
    return None if cpus is None or driver is None else MachineSettings(cpus, driver, box, url)


def _is_url_or_path(text: str) -> bool:
    scheme, separator, rest = text.partition("://")
    return bool(text.strip()) and (not separator or (scheme in SCHEMES and bool(rest)))
