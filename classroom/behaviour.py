"""What lab.yaml's service must do in every what-if, as rules, by the check that reports them; and what was found.

Pure but for the simulator. The service is recognised by its agents; ids and kinds of constraints do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from classroom import effects, rules
from classroom.rules import Found, Rule
from classroom.service_parts import address, has_address, has_policy, lasting, monitored, web_server
from classroom.texts import load
from classroom.what_ifs import Simulate, WhatIf, WhatIfs, monitor_interval, what_ifs
from cluster.cib_constraints import renamed
from cluster.members import Member, members
from inventory.errors import LabError
from inventory.model import INFINITY, Lab

FILE = "behaviour.yaml"
NO_ADDRESS = "no resource is an address (ocf:heartbeat:IPaddr2, ocf:heartbeat:IPaddr)"
NO_WEB_SERVER = "no resource is Apache (lsb:apache2, systemd:httpd, ocf:heartbeat:apache ...)"


@dataclass(frozen=True)
class Behaviour:
    """A configuration with the service in it, and what the cluster does with it."""

    lab: Lab
    what_ifs: WhatIfs

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """All resources of the configuration."""
        return members(self.what_ifs.cib)

    @cached_property
    def address(self) -> Member | None:
        """The resource with the floating address."""
        return address(self.members, self.lab.vip)

    @cached_property
    def web(self) -> Member | None:
        """The web server."""
        return web_server(self.members)

    @property
    def service(self) -> tuple[Member, ...]:
        """The address and the web server, those that lab.yaml wants and that are there."""
        wanted = (self.address, self.web if self.lab.has("web") else None)
        return tuple(one for one in wanted if one is not None)

    def rules(self, check: str, *, keeps_quorum: bool = False) -> Sequence[Rule]:
        """The rules that a check reports. `keeps_quorum`: corosync gives quorum to the nodes that are left."""
        return tuple(_RULES[check](self, keeps_quorum))

    def problems(self, check: str, *, keeps_quorum: bool = False) -> Iterator[str]:
        """What breaks the rules of a check, one line each: what was simulated, and what happened."""
        yield from self._missing(check)
        if not self.unjudged(check):
            for rule in self.rules(check, keeps_quorum=keeps_quorum):
                yield from (self.told(found) for found in rule(self.what_ifs))

    def _missing(self, check: str) -> Iterator[str]:
        """The part of the service that is not there, told by the check of its own step."""
        if self.address is None and check == "floating-address":
            yield NO_ADDRESS
        if self.web is None and self.lab.has("web") and check == "web-server":
            yield NO_WEB_SERVER

    def unjudged(self, check: str) -> str:
        """Why a check has nothing to judge yet: a part of the service is not there; "" when it can judge."""
        if check in ("floating-address", "web-server"):
            return ""
        if self.address is None:
            return NO_ADDRESS
        return NO_WEB_SERVER if self.web is None and self.lab.has("web") else ""

    def told(self, found: Found) -> str:
        """A finding for people: what was supposed, what happened, and the command that shows it."""
        if found.what is None:
            return found.seen
        text = {
            name: line.format_map(self._words(found.what))
            for name, line in load(FILE)[found.what.kind].items()
        }
        return f"if {text['suppose']}: {found.seen}   (command: {text['command']})"

    def _words(self, what: WhatIf) -> Mapping[str, str]:
        alias = next((one.alias for one in self.what_ifs.nodes if one.name == what.node), what.node)
        here = [one for one in self.members if one.primitive.id == what.resource]
        interval = str(monitor_interval(here[0])) if here else "0"
        return {"node": what.node, "alias": alias, "resource": what.resource, "interval": interval}


def simulated(cib: str, lab: Lab, simulate: Simulate) -> Behaviour:
    """Simulate every what-if of a configuration for a lab. Raises OutputError for a text that is not a CIB."""
    plain = Behaviour(lab, WhatIfs(cib, lab.nodes))
    return Behaviour(lab, what_ifs(cib, lab.nodes, simulate, plain.service))


def of_cluster(cib: str, lab: Lab, simulate: Simulate | None) -> Behaviour:
    """The behaviour of a cluster; without a CIB or an answer of the simulator, the reason why it is not known."""
    if not cib or simulate is None:
        return Behaviour(lab, WhatIfs("<cib/>", lab.nodes, missing="no cluster answers on any node"))
    try:
        return simulated(cib, lab, simulate)
    except LabError as error:
        return Behaviour(lab, WhatIfs("<cib/>", lab.nodes, missing=" ".join(error.message.split())))


def with_ids(lab: Lab, cib: str) -> Lab:
    """The lab, with the ids that a configuration gives to the address and to the web server. They may be any."""
    try:
        found = Behaviour(lab, WhatIfs(cib or "<cib/>", lab.nodes))
        parts = {"address": found.address, "web": found.web}
    except LabError:
        return lab
    new = {one.id: parts[one.kind].primitive.id for one in lab.resources if parts.get(one.kind)}  # type: ignore[union-attr]
    if all(old == id_ for old, id_ in new.items()):
        return lab
    return replace(
        lab,
        resources=tuple(replace(one, id=new.get(one.id, one.id)) for one in lab.resources),
        colocations=tuple(renamed(one, new) for one in lab.colocations),
        orders=tuple(renamed(one, new) for one in lab.orders),
        locations=tuple(renamed(one, new) for one in lab.locations),
    )


def problems(
    cib: str, lab: Lab, simulate: Simulate, *, keeps_quorum: bool = False
) -> dict[str, tuple[str, ...]]:
    """What is wrong with a configuration, by check; nothing for one that does all that lab.yaml's service must do."""
    found = simulated(cib, lab, simulate)
    lines = {check: tuple(found.problems(check, keeps_quorum=keeps_quorum)) for check in CHECKS}
    return {check: those for check, those in lines.items() if those}


def _address(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    if found.address:
        yield rules.starts(found.address)
        yield has_address(found.address, found.lab.vip, found.lab.network)
        yield monitored(found.address)
        yield rules.recovers(found.address)


def _web(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    if found.web:
        yield rules.starts(found.web, once=not found.web.cloned)
        yield monitored(found.web)
        yield lasting(found.web)
        yield rules.recovers(found.web)


def _together(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    ids = {one.id for one in found.lab.resources}
    wanted = any(
        {one.resource, one.with_resource} == ids and one.score >= INFINITY for one in found.lab.colocations
    )
    if wanted and found.web and found.address:
        yield rules.together(found.web, found.address)


def _order(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    kinds = {one.id: one.kind for one in found.lab.resources}
    for one in found.lab.orders:
        pair = (kinds.get(one.first), kinds.get(one.then))
        if found.web and found.address and pair == ("address", "web"):
            yield rules.ordered(found.address, found.web)
        elif found.web and found.address and pair == ("web", "address"):
            yield rules.ordered(found.web, found.address)


def _location(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    wanted = effects.preference(found.lab)
    plain = [one for one in found.service if not one.cloned]
    if wanted is None:
        return
    yield rules.prefers(wanted.node, *plain)
    if effects.fails_back(found.lab):
        yield rules.fails_back(wanted.node, *plain)
    else:
        yield rules.does_not_fail_back(wanted.node, *plain)


def _stickiness(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    plain = [one for one in found.service if not one.cloned]
    if found.lab.stickiness >= 0:
        yield rules.stays(*plain) if found.lab.stickiness else rules.moves(*plain)


def _policy(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    policy = effects.policy(found.lab)
    if policy == "ignore":
        yield (
            rules.takes_over(*found.service)
            if keeps_quorum
            else rules.without_quorum(*found.service, runs=True)
        )
    elif policy in effects.STOPS:
        yield rules.without_quorum(*found.service, runs=False)
    else:
        yield has_policy(policy)


def _takes_over(found: Behaviour, keeps_quorum: bool) -> Iterator[Rule]:
    yield rules.takes_over(*found.service)


_RULES = {
    "floating-address": _address, "web-server": _web, "no-quorum-policy": _policy, "stickiness": _stickiness,
    "colocation": _together, "order": _order, "location": _location, "takes-over": _takes_over,
}  # fmt: skip
CHECKS = tuple(_RULES)
"""The checks that are judged by these rules."""
