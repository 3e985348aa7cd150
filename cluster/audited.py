"""The values of a cluster that publishers give recommendations for, from corosync.conf and the CIB. Pure.

A value that the two files do not tell is unknown, with the reason: a default that depends on the version, a value below
a rule, a file that was not given. Sources of the defaults: corosync.conf(5) and votequorum(5) of 2.4 and 3.1, Pacemaker
Explained ("Cluster Options", "Resource Options", "Operation Properties").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cluster import audited_cib as of_cib
from cluster.audited_value import Value, known, unknown
from cluster.corosync_conf import Section
from cluster.xml import Element
from inventory.sizes import TOKEN_COEFFICIENT_MS

SHORTEST_CONSENSUS = 1.2
"""The default of consensus, and the shortest one: times the token."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a cluster. `conf` and `cib` are None when they were not given.

    `running` has the times of the running corosync by name (milliseconds); {} when it was not asked.
    """

    conf: Section | None = None
    cib: Element | None = None
    running: Mapping[str, int] = field(default_factory=dict)


def _conf(read: Callable[[Section, Evidence], Value]) -> Callable[[Evidence], Value]:
    def value(evidence: Evidence) -> Value:
        if evidence.conf is None:
            return unknown("corosync.conf is not known")
        return read(evidence.conf, evidence)

    return value


def _cib(read: Callable[[Element], Value]) -> Callable[[Evidence], Value]:
    return lambda evidence: unknown("the CIB is not known") if evidence.cib is None else read(evidence.cib)


def _nodes(conf: Section) -> tuple[Section, ...]:
    return conf.section("nodelist").sections("node")


def _number(key: str, default: int) -> Callable[[Section, Evidence], Value]:
    """A number of the section totem, with a default that all versions have."""

    def value(conf: Section, evidence: Evidence) -> Value:
        text = conf.section("totem").value(key)
        if text is None:
            return known(f"not set: {default}", default)
        return known(text, int(text)) if text.isdigit() else unknown(f"{text!r} is not a number")

    return value


def _token_ms(conf: Section, evidence: Evidence) -> int | None:
    if "token" in evidence.running:
        return evidence.running["token"]
    text = conf.section("totem").value("token")
    if text is None or not text.isdigit():
        return None
    coefficient = conf.section("totem").value("token_coefficient") or str(TOKEN_COEFFICIENT_MS)
    more = max(0, len(_nodes(conf)) - 2)
    return int(text) + more * int(coefficient) if coefficient.isdigit() else None


def _token(conf: Section, evidence: Evidence) -> Value:
    found = _token_ms(conf, evidence)
    if found is not None:
        return known(f"{found} ms", found)
    return unknown("token is not set: its default depends on corosync's version (1000 ms, later 3000 ms)")


def _consensus(conf: Section, evidence: Evidence) -> Value:
    token = _token_ms(conf, evidence)
    text = conf.section("totem").value("consensus")
    found = evidence.running.get("consensus", int(text) if text and text.isdigit() else None)
    if text is None and found is None:
        return known(f"not set: {SHORTEST_CONSENSUS:g} x token", SHORTEST_CONSENSUS)
    if found is None:
        return unknown(f"{text!r} is not a number")
    if not token:
        return unknown(f"{found} ms, but the token is not known")
    ratio = found / token
    return known(f"{found} ms, {ratio:g} x token", round(ratio, 3))


def _transport(conf: Section, evidence: Evidence) -> Value:
    text = conf.section("totem").value("transport")
    if text is None:
        return unknown("transport is not set: knet in corosync 3, udp (multicast) before")
    return known("udp (multicast)" if text == "udp" else text, text)


def _encryption(conf: Section, evidence: Evidence) -> Value:
    totem = conf.section("totem")
    cipher, secauth = totem.value("crypto_cipher"), totem.value("secauth")
    if cipher is not None:
        return known(cipher, "off" if cipher == "none" else "on")
    if secauth is not None:
        return known(f"secauth: {secauth}", "on" if secauth in ("on", "yes") else "off")
    return unknown("crypto_cipher is not set: its default depends on corosync's version")


def _links(conf: Section, evidence: Evidence) -> Value:
    counts = {
        sum(key.startswith("ring") and key.endswith("_addr") for key, _ in one.items) for one in _nodes(conf)
    }
    if not counts:
        counts = {len(conf.section("totem").sections("interface"))}
    least = min(counts)
    return known(f"{least}", least) if least else unknown("the file names no address of a node")


def _quorum(read: Callable[[Section, Section], Value]) -> Callable[[Section, Evidence], Value]:
    def value(conf: Section, evidence: Evidence) -> Value:
        quorum = conf.section("quorum")
        if quorum.value("provider") != "corosync_votequorum":
            return unknown("corosync counts no votes: there is no provider corosync_votequorum")
        return read(conf, quorum)

    return value


def _has_device(quorum: Section) -> bool:
    return bool(quorum.sections("device"))


def _two_node(conf: Section, quorum: Section) -> Value:
    text = quorum.value("two_node") or "0"
    if _has_device(quorum):
        return known(f"{text}, with a quorum device", "1" if text == "0" else "both")
    return known(text if quorum.value("two_node") else "not set: 0", text)


def _expected_votes(conf: Section, quorum: Section) -> Value:
    text, nodes = quorum.value("expected_votes"), len(_nodes(conf))
    if text is None:
        return (
            known(f"not set: {nodes} nodes", "nodes")
            if nodes
            else unknown("neither votes nor nodes are named")
        )
    if not nodes:
        return unknown(f"{text}, but the file has no nodelist")
    device = 1 if _has_device(quorum) else 0
    return known(
        f"{text} for {nodes} nodes", "nodes" if text in (str(nodes), str(nodes + device)) else "other"
    )


def _wait_for_all(conf: Section, quorum: Section) -> Value:
    text = quorum.value("wait_for_all")
    if text is not None:
        return known(text, text)
    if _has_device(quorum):
        return known("not set: 0, with a quorum device", "device")
    by_two_node = quorum.value("two_node") == "1"
    return known("not set: 1, by two_node" if by_two_node else "not set: 0", "1" if by_two_node else "0")


def _qdevice(conf: Section, quorum: Section) -> Value:
    if not _has_device(quorum):
        return known("none", "none")
    device = quorum.section("device")
    algorithm = device.section("net").value("algorithm")
    return known(" ".join(filter(None, [device.value("model"), algorithm])) or "one", "one")


READERS: Mapping[str, Callable[[Evidence], Value]] = MappingProxyType(
    {
        "token": _conf(_token),
        "consensus": _conf(_consensus),
        "join": _conf(_number("join", 50)),
        "max_messages": _conf(_number("max_messages", 17)),
        "token_retransmits_before_loss_const": _conf(_number("token_retransmits_before_loss_const", 4)),
        "transport": _conf(_transport),
        "encryption": _conf(_encryption),
        "links": _conf(_links),
        "two_node": _conf(_quorum(_two_node)),
        "expected_votes": _conf(_quorum(_expected_votes)),
        "wait_for_all": _conf(_quorum(_wait_for_all)),
        "qdevice": _conf(_quorum(_qdevice)),
        **{name: _cib(read) for name, read in of_cib.READERS.items()},
    }
)
"""How each setting is read, by its name in the file of recommendations."""
