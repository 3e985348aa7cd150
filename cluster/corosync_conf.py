"""Writes, reads and compares corosync.conf, for corosync 3 (knet, votequorum) and 1.4 (multicast, plugin).

Sources: corosync.conf(5) and votequorum(5) of 3.1, corosync-qdevice(8) of 3.0, exec/coroparse.c of 3.1,
corosync.conf(5) of 1.4, walkthrough step 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.errors import ConfigError
from inventory.model import Lab, Witness
from inventory.platforms.base import CorosyncGeneration

PATH = "/etc/corosync/corosync.conf"
AUTHKEY = "/etc/corosync/authkey"
AUTHKEY_MODE = 0o400
LOG = "/var/log/cluster/corosync.log"
MULTICAST = "239.255.1.1"
"""Corosync 1.4's group: organisation-local scope (RFC 2365), Ethernet address 01:00:5e:7f:01:01."""
PORT = 5405

Item = tuple[str, "str | Section"]


@dataclass(frozen=True)
class Section:
    """The content between two braces: `key: value` pairs and sections, in order."""

    items: tuple[Item, ...]

    def value(self, key: str) -> str | None:
        """Give the last value of a key (corosync uses this one); None when it is not set."""
        found = [value for name, value in self.items if name == key and isinstance(value, str)]
        return found[-1] if found else None

    def sections(self, name: str) -> tuple[Section, ...]:
        """Give all sections of that name, in order."""
        return tuple(value for key, value in self.items if key == name and isinstance(value, Section))

    def section(self, name: str) -> Section:
        """Give the first section of that name; an empty one when there is none."""
        return next(iter(self.sections(name)), Section(()))


def keygen(generation: CorosyncGeneration) -> tuple[str, ...]:
    """Give the command that writes a new key to AUTHKEY (corosync-keygen(8)).

    With -l it does not wait for entropy. 1.4 reads no options: with any of them it writes a key from /dev/random.
    """
    return ("corosync-keygen",) if generation == "1.4" else ("corosync-keygen", "-l")


def configuration(lab: Lab, generation: CorosyncGeneration) -> str:
    """Give the text of corosync.conf, the same for every node of the lab. Times are milliseconds."""
    return _text(_plugin(lab) if generation == "1.4" else _knet(lab))


def _knet(lab: Lab) -> Section:
    timing = lab.corosync
    quorum: list[Item] = [("provider", "corosync_votequorum")]
    if lab.witness is not None:
        # corosync adds the votes of the nodelist and of the device.
        quorum.append(("device", _device(lab, lab.witness)))
    else:
        quorum.append(("expected_votes", str(len(lab.nodes))))
    if timing.two_node:
        quorum.append(("two_node", "1"))
    nodes = tuple(
        ("node", Section((("ring0_addr", str(n.address)), ("name", n.name), ("nodeid", str(n.id)))))
        for n in lab.nodes
    )
    totem: tuple[Item, ...] = (
        ("version", "2"),
        ("cluster_name", lab.name),
        ("transport", "knet"),
        ("token", str(timing.token_ms)),
        ("consensus", str(timing.consensus_ms)),
        ("crypto_cipher", timing.crypto_cipher),
        ("crypto_hash", timing.crypto_hash),
    )
    return Section(
        (
            ("totem", Section(totem)),
            ("nodelist", Section(nodes)),
            ("quorum", Section(tuple(quorum))),
            ("logging", _logging()),
        )
    )


def _device(lab: Lab, witness: Witness) -> Section:
    """The quorum device (corosync-qdevice(8)). Between equal partitions, the one with the preferred node gets the vote.

    ffsplit needs exactly one vote, lms the default number.
    """
    net: tuple[Item, ...] = (
        ("tls", "required"),
        ("host", str(witness.machine.address)),
        ("algorithm", witness.algorithm),
        ("tie_breaker", str(lab.preferred.id)),
    )
    votes: tuple[Item, ...] = (("votes", "1"),) if witness.algorithm == "ffsplit" else ()
    return Section((("model", "net"), *votes, ("net", Section(net))))


def _plugin(lab: Lab) -> Section:
    interface: tuple[Item, ...] = (
        ("ringnumber", "0"),
        ("bindnetaddr", str(lab.network.network_address)),
        ("mcastaddr", MULTICAST),
        ("mcastport", str(PORT)),
        ("ttl", "1"),
    )
    totem: tuple[Item, ...] = (
        ("version", "2"),
        ("secauth", "on" if lab.corosync.encrypted else "off"),
        ("threads", "0"),
        ("token", str(lab.corosync.token_ms)),
        ("consensus", str(lab.corosync.consensus_ms)),
        ("interface", Section(interface)),
    )
    service: tuple[Item, ...] = (("ver", "0"), ("name", "pacemaker"), ("# use_mgmtd", "no"))
    return Section(
        (
            ("compatibility", "whitetank"),
            ("totem", Section(totem)),
            ("logging", _logging()),
            ("service", Section(service)),
            ("aisexec", Section((("user", "root"), ("group", "root")))),
        )
    )


def _logging() -> Section:
    return Section(
        (("to_logfile", "yes"), ("logfile", LOG), ("to_syslog", "yes"), ("debug", "off"), ("timestamp", "on"))
    )


def _text(section: Section) -> str:
    return "".join(f"{line}\n" for line in _lines(section, ""))


def _lines(section: Section, indent: str) -> Iterator[str]:
    for position, (key, value) in enumerate(section.items):
        if isinstance(value, str):
            yield f"{indent}{key}: {value}"
            continue
        if position and not indent:
            yield ""
        yield f"{indent}{key} {{"
        yield from _lines(value, indent + "    ")
        yield f"{indent}}}"


def parse(text: str) -> Section:
    """Read a corosync.conf as sections, without comments, by the rules of corosync 3.1.

    A line with `{` opens a section; any other with `:` is a key and its value; any other with `}` closes a section.
    Raises ConfigError with the line when corosync would refuse to start.
    """
    stack: list[tuple[str, list[Item]]] = [("", [])]
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if "{" in line:
            name, _, rest = line.partition("{")
            if not name.strip():
                raise _refused(number, line, "the section has no name before `{`")
            if rest.strip():
                raise _refused(number, line, "nothing may follow `{` on its line")
            stack.append((name.strip(), []))
        elif ":" in line:
            key, _, value = line.partition(":")
            stack[-1][1].append((key.strip(), value.strip()))
        elif "}" in line:
            if line != "}":
                raise _refused(number, line, "nothing else may be on the line of `}`")
            if len(stack) == 1:
                raise _refused(number, line, "no section is open")
            name, items = stack.pop()
            stack[-1][1].append((name, Section(tuple(items))))
        else:
            raise _refused(number, line, "it is not `key: value`, `name {` or `}`")
    if len(stack) > 1:
        raise ConfigError(f"{PATH}: section {stack[-1][0]!r} is not closed", hint="add the missing `}`")
    return Section(tuple(stack[0][1]))


def _refused(number: int, line: str, why: str) -> ConfigError:
    return ConfigError(f"{PATH} line {number}: {line!r}: {why}", hint="corosync -t checks the file on a node")


def differences(expected: str, found: str) -> tuple[str, ...]:
    """Give the differences of `found`, one line for each key; comments and layout are ignored."""
    want, have = dict(_flat(parse(expected), "")), dict(_flat(parse(found), ""))
    return tuple(
        f"{key}: expected {want.get(key, 'nothing')}, found {have.get(key, 'nothing')}"
        for key in sorted(want.keys() | have.keys())
        if want.get(key) != have.get(key)
    )


def _flat(section: Section, prefix: str) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for key, value in section.items:
        if isinstance(value, str):
            yield prefix + key, value
            continue
        seen[key] = seen.get(key, 0) + 1
        label = key if len(section.sections(key)) == 1 else f"{key}[{seen[key]}]"
        yield from _flat(value, f"{prefix}{label}.")
