"""Steps 2.1 and 4 with `fencing: ipmi`: what fence_ipmilan needs on the nodes, a fence device for each node.

Without fencing it removes what an earlier `fencing: ipmi` left on the nodes; the step "leftovers" removes the devices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from cluster import fencing, pcs, pcs_stonith
from cluster.configuration import Configuration, Primitive, differences
from inventory.bmc.access import bmcs
from inventory.model import Command, Node
from inventory.remote.script import script
from inventory.session import LabSession
from provision.facts import Facts
from provision.steps.base import pcs_on, write_file
from provision.steps.constraints import put_in_place

MODES = {fencing.LOGIN_FILE: "600", fencing.IPMITOOL: "700"}
"""The files of fencing on a node with their modes; root owns them."""


def wanted_files(session: LabSession) -> Mapping[str, str]:
    """The texts of the files of fencing on each node, by path; none without fencing."""
    if not bmcs(session.lab):
        return {}
    wrapper = f"#!/bin/sh\n{script(__package__, 'ipmitool', password_file=fencing.LOGIN_FILE)}\n"
    return {fencing.LOGIN_FILE: f"{session.bmc_password}\n", fencing.IPMITOOL: wrapper}


def file_lines(session: LabSession) -> tuple[str, ...]:
    """What the fact `fencing` shows on a node that has the wanted files."""
    return tuple(
        f"{MODES[path]} root:root {path} {hashlib.sha256(text.encode()).hexdigest()}"
        for path, text in wanted_files(session).items()
    )


def commands(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make the devices and their constraints."""
    if facts.cib is None:
        return
    stored = {one.id: one for one in facts.cib.resources}
    for device in fencing.devices(session.lab):
        have = stored.get(device.id)
        if have is not None and differing(device, have):
            yield pcs_on(
                session, facts, pcs_stonith.delete(device.id), f"{device.id} differs from lab.yaml: delete it"
            )
            have = None
        if have is None:
            argv = pcs_stonith.create(device.id, fencing.AGENT, device.attributes, fencing.MONITOR)
            yield pcs_on(session, facts, argv, f"a fence device for {device.attributes['pcmk_host_list']}")
        elif _failed(facts, device.id):
            argv = pcs.cleanup(session.platform.pcs, device.id)
            yield pcs_on(session, facts, argv, f"{device.id} has failed before: let the cluster try again")
    for want in fencing.apart(session.lab):
        yield from put_in_place(session, facts, want, pcs.location, "no node may fence itself")


def node_files(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Write the files of fencing on the nodes, or remove them; a part of step 2.1."""
    for node in session.lab.nodes:
        yield from _files(session, facts, node)


def _files(session: LabSession, facts: Facts, node: Node) -> Iterator[Command]:
    have, wanted = facts.of(node).fencing, file_lines(session)
    if have == wanted:
        return
    if not wanted:
        yield Command(
            node.name,
            ("rm", "-f", *MODES),
            why="lab.yaml has no fencing: remove the password of the BMCs",
            purpose="remove-fencing-files",
        )
    for line, (path, text) in zip(wanted, wanted_files(session).items(), strict=True):
        if line in have:
            continue
        if path == fencing.LOGIN_FILE:
            yield write_file(node, path, text, "the password of the BMCs, which only root may read", "077")
        else:
            write = write_file(node, path, text, "ipmitool with the password from that file", "077")
            yield Command.script(
                node.name,
                f"{write.line} && chmod {MODES[path]} {path}",
                stdin=text,
                why=write.why,
                purpose=write.purpose,
            )


def problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Devices that are missing, differ, or do not run."""
    stored = {one.id: one for one in (facts.cib.resources if facts.cib else ())}
    for device in fencing.devices(session.lab):
        have = stored.get(device.id)
        yield from (f"{device.id} is missing",) if have is None else differing(device, have)
        if facts.state is None or not facts.state.started(device.id):
            failures = facts.state.failures if facts.state else ()
            why = "; ".join(f"{one.task}: {one.reason}" for one in failures if one.resource == device.id)
            yield f"{device.id} is not Started on one node" + (f" ({why})" if why else "")
    locations = facts.cib.locations if facts.cib else ()
    for want in fencing.apart(session.lab):
        if want not in locations:
            yield f"the CIB does not keep {want.resource} from {want.node}"


def file_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Nodes whose files of fencing differ."""
    for node in session.lab.nodes:
        if facts.of(node).fencing != file_lines(session):
            yield f"{node.alias}: the files of fencing ({', '.join(MODES)}) are not as lab.yaml says"


def differing(want: Primitive, have: Primitive) -> tuple[str, ...]:
    """One line for each difference between a stored device and the wanted one."""
    return differences(*(Configuration({}, {}, (one,)) for one in (want, have)))


def _failed(facts: Facts, id_: str) -> bool:
    """Whether a device runs nowhere because its start failed: it is not tried again by itself."""
    state = facts.state
    return bool(state and not state.where(id_) and any(one.resource == id_ for one in state.failures))
