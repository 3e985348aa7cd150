"""Reads the nodes of a cluster that somebody else made, before there is a lab.yaml for it. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cluster import cib, corosync_conf, corosync_state
from cluster.adopted_reading import HostReading, platform_of
from inventory import homes
from inventory.errors import CommandFailed, ConfigError, LabError, Unreachable
from inventory.model import Command
from inventory.providers.ssh_files import SshFiles, control_folder
from inventory.remote import sections
from inventory.remote.script import script
from inventory.remote.ssh import AS_ROOT, Remote, Ssh
from status import node_shell

DEADLINE_S, ANSWER_S = 60.0, 10
"""How long the reading of a host may take, and each answer of its cluster (seconds)."""


def read(config: Path, hosts: Sequence[str], home: Path) -> tuple[HostReading, ...]:
    """Read all hosts at the same time, by the names in an ssh_config. Raises LabError with the first that fails."""
    if twice := [host for host in hosts if list(hosts).count(host) > 1]:
        raise ConfigError(f"{twice[0]} is named twice.", hint="Name each node once.")
    SshFiles(home, home / homes.STATE).make_control_folder()
    remote = Ssh(config, {}, control_folder(home), root=AS_ROOT)
    return read_by(remote, hosts, f"ssh -F {config}")


def read_by(remote: Remote, hosts: Sequence[str], by_hand: str) -> tuple[HostReading, ...]:
    """Read the hosts by `remote`. `by_hand` is the beginning of the command that a person may try."""

    def one(host: str) -> HostReading:
        found = _parsed(host, _run(remote, host, "node", by_hand))
        page = _run(remote, host, "page", by_hand, file=platform_of(found).index)
        return replace(found, page=page)

    with ThreadPoolExecutor(len(hosts)) as pool:
        return tuple(pool.map(one, hosts))


def _run(remote: Remote, host: str, what: str, by_hand: str, *, file: str = "") -> str:
    text = script(__package__, "adopted_page", file=file) if what == "page" else _reading()
    command = Command.script(
        host, text, why=f"read the {what}", deadline=DEADLINE_S, purpose="read-adopted-node"
    )
    try:
        result = remote.run(command)
    except Unreachable as error:
        raise Unreachable(
            error.message, hint=f"This must work without any question: {by_hand} {host} true"
        ) from error
    if not result.good:
        said = " ".join((result.err.strip() or result.out.strip()).split())[-300:]
        raise CommandFailed(
            f"{host}: its cluster cannot be read (exit {result.status}): {said}",
            hint=f"The login must be root's, or sudo must need no password: {by_hand} {host} sudo -n true",
        )
    return result.out


def _reading() -> str:
    conf = corosync_conf.PATH
    return sections.script(
        {
            "name": node_shell.with_timeout(ANSWER_S, "crm_node -n"),
            "os": '. /etc/os-release; printf "%s %s\\n" "$ID" "$VERSION_ID"',
            "conf": f"cat {conf}",
            "cib": node_shell.with_timeout(ANSWER_S, " ".join(cib.COMMAND)),
            "running": corosync_state.timings_script("3"),
            "resolved": script(__package__, "adopted_addresses", conf=conf),
            "addresses": node_shell.addresses(),
            "container": "systemd-detect-virt --container || true",
        }
    )


def _parsed(host: str, out: str) -> HostReading:
    parts = sections.read(out)

    def text(name: str) -> str:
        return parts.get(name, "").strip()

    if "name" not in parts:
        raise LabError(f"{host}: its answer is not complete.", hint="Try again; is the machine very slow?")
    words = text("os").split()
    pairs = (line.split() for line in text("resolved").splitlines())
    return HostReading(
        host=host,
        name=text("name"),
        os=(words[0] if words else "", words[1] if len(words) > 1 else ""),
        conf=parts.get("conf", ""),
        cib=text("cib"),
        running=text("running"),
        resolved={pair[0]: pair[1] for pair in pairs if len(pair) == 2},
        addresses=tuple(line.split()[1] for line in text("addresses").splitlines() if len(line.split()) == 2),
        container=text("container") or "none",
    )
