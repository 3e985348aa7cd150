"""Judges a configuration from its CIB alone: the checks of the walkthrough that compare with lab.yaml. Pure.

Some other values with the same effect are accepted (cluster.equivalence). `./lab grade` accepts more,
because it asks crm_simulate what the configuration does. `./lab collect` asks crm_simulate too, where it is installed
and this comparison finds a difference (claimed_checks).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cluster import cib, configuration, equivalence, plain_form
from cluster.cib import Cib
from cluster.desired import desired
from inventory.model import Lab
from inventory.platforms.base import Platform

_UNSET = re.compile(r"^property .*: want .*, not set$")
"""A property of lab.yaml that is not set, so that pacemaker's default holds; where this matters, a check judges it."""
_LOCATION = re.compile(r"^constraint location ")
_BY_LINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^property stonith-enabled"), "no-stonith"),
    (re.compile(r"^property no-quorum-policy"), "no-quorum-policy"),
    (re.compile(r"^resource default resource-stickiness"), "stickiness"),
    (re.compile(r"^constraint colocation "), "colocation"),
    (re.compile(r"^constraint order "), "order"),
    (_LOCATION, "location"),
)
CHECKS = (
    "no-stonith",
    "floating-address",
    "no-quorum-policy",
    "stickiness",
    "web-server",
    "colocation",
    "order",
    "location",
)
"""The checks that a CIB alone decides, in the order of the walkthrough."""  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """How a CIB differs from lab.yaml, one line each. `by_check`: by the check that judges it; `more`: no check does.

    A resource, a rule or a property that lab.yaml does not have is in `more`: it may change what the cluster does.
    """

    by_check: Mapping[str, tuple[str, ...]]
    more: tuple[str, ...] = ()


def compared(lab: Lab, platform: Platform, text: str) -> Compared:
    """Compare a CIB with lab.yaml. Raises OutputError when the text is not a CIB."""
    have = cib.parse(plain_form.plain_form(text))
    want = desired(lab, platform, interface=_interface(lab, have))
    found = configuration.differences(want, equivalence.as_wanted(want, have).configuration)
    kinds = {one.id: "floating-address" if one.kind == "address" else "web-server" for one in lab.resources}
    by_check: dict[str, list[str]] = {check: [] for check in CHECKS}
    more = []
    for line in found:
        check = next((check for pattern, check in _BY_LINE if pattern.match(line)), "")
        if line.startswith("resource ") and not check:
            check = kinds.get(line.split()[1].rstrip(":"), "")
        if check:
            by_check[check].append(line)
        elif not _UNSET.match(line):
            more.append(line)
    return Compared({check: tuple(lines) for check, lines in by_check.items()}, tuple(more))


def strangers(lab: Lab, text: str) -> tuple[str, ...]:
    """The nodes of a CIB that are not those of lab.yaml. Raises OutputError when the text is not a CIB."""
    own = {one.name for one in lab.nodes}
    return tuple(name for one in cib.parse(text).nodes if (name := one.get("uname", "")) not in own)


def _interface(lab: Lab, have: Cib) -> str:
    """The interface that the address has in the CIB; it is not judged here."""
    id_ = lab.resource("address").id
    return next((one.attributes.get("nic", "") for one in have.configuration.resources if one.id == id_), "")
