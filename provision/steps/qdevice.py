"""Steps 2.1, 2.3 and 3 with `quorum: qdevice`: the witness, the certificates of both sides, the third vote.

Without a witness it removes what an earlier `quorum: qdevice` left on the nodes. Public certificates and requests go
through this machine; the cluster's private key goes from node to node only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cluster import qdevice
from inventory.model import Command, Node
from inventory.remote.script import script
from inventory.session import LabSession
from provision.facts import Facts, WitnessFacts
from provision.steps import installation

USER = "coroqnetd"
"""The user as whom the packages run corosync-qnetd."""


def packages(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Install what the witness needs, and open its firewall; a part of step 2.1."""
    if session.lab.witness is None or facts.witness is None:
        return
    platform, machine, have = session.platform, session.lab.witness.machine, facts.witness
    if have.missing:
        yield from installation.enable_repository(platform, machine)
        yield from installation.refresh_lists(platform, machine)
        yield installation.install(platform, machine, have.missing, "install what the witness needs")
    if have.firewall:
        yield installation.open_firewall(platform, machine)


def package_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Missing packages on the witness, and services that its firewall blocks."""
    if session.lab.witness is None or facts.witness is None:
        return
    alias = session.lab.witness.machine.alias
    if facts.witness.missing:
        yield f"{alias}: not installed: {', '.join(facts.witness.missing)}"
    if facts.witness.firewall:
        yield f"{alias}: the firewall does not let through: {', '.join(facts.witness.firewall)}"


def certificates(session: LabSession, facts: Facts) -> Iterator[Command]:
    """Make the witness's CA, then the cluster's certificate, then give it to all nodes; a part of step 2.3.

    Each command needs the result of the one before, so most of them need new facts.
    """
    if session.lab.witness is None:
        for node in session.lab.nodes:
            if facts.of(node).vote_ca:
                argv, why = (
                    ("rm", "-rf", qdevice.DATABASE),
                    "lab.yaml has no witness: remove its certificates",
                )
                yield Command(node.name, argv, why=why, purpose="remove-certificates")
        return
    if facts.witness is not None:
        yield from _witness_service(session, session.lab.witness.machine, facts.witness)
        yield from _cluster_certificate(session, session.lab.witness.machine, facts, facts.witness)


def _witness_service(session: LabSession, machine: Node, have: WitnessFacts) -> Iterator[Command]:
    services = session.platform.services
    if not have.ca:
        yield new_witness_keys(machine)
    if not have.at_boot:
        argv = services.command("enable", qdevice.WITNESS_SERVICE)
        yield Command(machine.name, argv, why="the witness starts at boot", purpose="enable-service")
    if not have.ca or not have.runs or have.stale:
        argv = services.command("restart", qdevice.WITNESS_SERVICE)
        yield Command(machine.name, argv, why="start the witness", purpose="start-witness")


def new_witness_keys(machine: Node) -> Command:
    """Make the witness's keys and its CA anew: no node trusts it then."""
    text = script(__package__, "make_witness_ca", database=qdevice.WITNESS_DATABASE, user=USER)
    why = "make the witness's keys and its own CA"
    return Command.script(machine.name, text, why=why, purpose="make-witness-ca")


def _cluster_certificate(
    session: LabSession, machine: Node, facts: Facts, have: WitnessFacts
) -> Iterator[Command]:
    cluster, (first, *others) = session.lab.name, session.lab.nodes
    own = facts.of(first)
    if not have.ca:
        return
    if own.vote_ca != have.ca or not own.vote_request or own.vote_name not in ("", cluster):
        yield Command.script(
            first.name,
            script(__package__, "request_certificate", database=qdevice.DATABASE, cluster=cluster),
            stdin=have.ca,
            why="trust the witness's CA, make the cluster's key and a request for its certificate",
            purpose="request-certificate",
        )
    elif have.signed_request != hashlib.sha256(own.vote_request.encode()).hexdigest():
        yield Command.script(
            machine.name,
            script(__package__, "sign_certificate", database=qdevice.WITNESS_DATABASE, cluster=cluster),
            stdin=own.vote_request,
            why="the witness signs the cluster's certificate",
            purpose="sign-certificate",
        )
    elif own.vote_certificate != have.signed:
        text = script(
            __package__, "import_certificate", database=qdevice.DATABASE, certificate=qdevice.CERTIFICATE
        )
        why = "import the cluster's certificate"
        yield Command.script(first.name, text, stdin=have.signed, why=why, purpose="import-certificate")
    else:
        for node in others:
            there = facts.of(node)
            if (there.vote_ca, there.vote_certificate) != (own.vote_ca, own.vote_certificate):
                text = script(
                    __package__, "share_certificate", database=qdevice.DATABASE, peer=node.name, ca=qdevice.CA
                )
                why = f"the same key and certificate on {node.name}"
                yield Command.script(first.name, text, why=why, purpose="share-certificate")


def certificate_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """A witness that does not run, and nodes whose certificates are not those of this witness and this cluster."""
    if session.lab.witness is None or facts.witness is None:
        return
    have, alias = facts.witness, session.lab.witness.machine.alias
    if not have.ca:
        yield f"{alias}: the witness has no CA"
    elif not have.runs or have.stale:
        state = "runs with older keys than those on disk" if have.runs else "does not run"
        yield f"{alias}: {qdevice.WITNESS_SERVICE} {state}"
    for node in session.lab.nodes:
        own = facts.of(node)
        if own.vote_ca != have.ca:
            yield f"{node.alias}: trusts {'another witness' if own.vote_ca else 'no witness'}"
        elif not own.vote_certificate or own.vote_certificate != have.signed:
            yield f"{node.alias}: its certificate is not the one that the witness has signed"


def services(session: LabSession, facts: Facts, running: tuple[Node, ...]) -> Iterator[Command]:
    """Start the quorum device again where it does not run or has other certificates; a part of step 3."""
    if session.lab.witness is None:
        return
    for node in running:
        have = facts.of(node)
        if not have.qdevice or have.qdevice_stale:
            argv = session.platform.services.command("restart", qdevice.SERVICE)
            why = "the quorum device connects to the witness again"
            yield Command(node.name, argv, why=why, deadline=120, purpose="restart-qdevice")


def vote_problems(session: LabSession, facts: Facts) -> Iterator[str]:
    """Nodes to which the witness gives no vote."""
    for node in session.lab.nodes if session.lab.witness else ():
        found = qdevice.vote(facts.of(node).votes, node)
        if found is None or not found.given:
            yield f"{node.alias}: {found.summary if found else 'corosync does not tell its votes'}"
