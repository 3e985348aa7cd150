"""Words that a text for people must not have on a platform: programs, files and options that it does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping

from inventory.platforms.base import Platform

FOREIGN = {
    "sysv": r"systemctl|systemd|corosync-cmapctl|corosync-quorumtool -s|/var/log/pacemaker|/etc/hostname|\bknet\b"
    r"|pcs resource (?:defaults|clear|refresh|enable|disable)|pacemakerd|votequorum|pcs --version"
    r"|corosync-cfgtool -s shows the link",
    "systemd": r"\bservice \S+ status|chkconfig|corosync-objctl|rsc defaults|unmove|/etc/sysconfig/network|rpm -q"
    r"|1\.1\.8|\bplugin runs",
}
"""By the name of the init system: a regular expression."""


def foreign_words(platform: Platform, texts: Mapping[str, str]) -> dict[str, str]:
    """The first such word of each text that has one, by the text's name."""
    found = {name: re.search(FOREIGN[platform.services.name], text) for name, text in texts.items()}
    return {name: match[0] for name, match in found.items() if match}
