"""The audit: public configurations with the expected statuses, and what cannot be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from classroom import audit
from classroom.texts import load
from cluster import audited
from inventory.errors import Unreachable
from inventory.model import Command, Result
from tests.support import audit_cases
from tests.support.audit_cases import cases, cib, corosync_conf, expected
from tests.support.fake_session import fake_session

TWO_NODES = {"nodes": 2, "quorum": {"provider": "corosync_votequorum", "two_node": 1}}


def statuses(
    conf: Mapping[str, Any] | None = None, of_cib: Mapping[str, Any] | None = None
) -> dict[str, str]:
    found = audit.audit(audit.evidence(corosync_conf(conf), cib(of_cib)))
    return {one.setting.name: one.status for one in found}


def finding(name: str, text: str, running: Mapping[str, int] | None = None) -> audit.Finding:
    """The finding for a setting, from the text of a CIB or of a corosync.conf."""
    conf, xml = (None, text) if text.startswith("<") else (text, None)
    found = audit.audit(audit.evidence(conf, xml, running))
    return next(one for one in found if one.setting.name == name)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_public_configurations(case: Mapping[str, Any]) -> None:
    assert statuses(case.get("corosync"), case.get("cib")) == expected(case)


def test_there_are_enough_public_configurations_with_their_sources() -> None:
    assert len(cases()) >= 10
    assert all(case["source"] and case["url"].startswith("https://") for case in cases())
    seen = {(name, status) for case in cases() for name, status in expected(case).items()}
    never = {one.name for one in audit.settings()} - {name for name, status in seen if status != "UNKNOWN"}
    assert never == set(), "each setting is judged in at least one case"


def test_the_rows_have_no_other_keys() -> None:
    """An unquoted comma in a text makes another key of its second half."""
    for name, setting in load(audit.FILE)["settings"].items():
        for row in setting["published"]:
            assert len(row.keys() - {"source", "section", "gives"}) == 1, (name, row)


def test_each_setting_has_a_reader_a_reason_and_named_documents() -> None:
    names = [one.name for one in audit.settings()]
    assert sorted(names) == sorted(audited.READERS)
    for one in audit.settings():
        assert one.why.endswith("."), one.name
        assert one.published, one.name
        for row in one.published:
            assert row.section, one.name
            assert row.gives, one.name
    assert set(audit.publishers()) == {"SUSE", "Red Hat", "Azure", "AWS", "Google"}
    for source in audit.sources(audit.audit(audit.evidence(None, None))):
        assert re.fullmatch(r"https://\S+", source.url)
        assert re.fullmatch(r"20\d\d-\d\d", source.read)


@pytest.mark.parametrize("publisher", audit.publishers())
def test_one_publisher_at_a_time(publisher: str) -> None:
    [suse] = [case for case in cases() if case["name"].startswith("SUSE")]
    evidence = audit.evidence(corosync_conf(suse["corosync"]), cib(suse["cib"]))
    found = audit.audit(evidence, [publisher])
    assert {row.source.publisher for one in found for row in (*one.agrees, *one.differs)} == {publisher}
    token = [one.status for one in found if one.setting.name == "token"]
    assert token == {"SUSE": ["PASS"], "Azure": ["FAIL"], "Google": ["FAIL"]}.get(publisher, [])


def test_nothing_is_guessed_without_the_files() -> None:
    assert set(statuses().values()) == {"UNKNOWN"}


def test_the_running_corosync_goes_before_its_file() -> None:
    text = corosync_conf({**TWO_NODES, "totem": {"token": 30000}}) or ""
    assert finding("token", text).status == "PASS"
    found = finding("token", text, {"token": 1000, "consensus": 1200})
    assert (found.status, found.value) == ("FAIL", "1000 ms")
    assert finding("token", corosync_conf(TWO_NODES) or "").status == "UNKNOWN"
    assert (
        finding("token", corosync_conf(TWO_NODES) or "", {"token": 5000, "consensus": 6000}).status == "PASS"
    )


def test_more_than_two_nodes_have_a_longer_token() -> None:
    for nodes, value in ((2, "4000 ms"), (4, "5300 ms")):
        assert (
            finding("token", corosync_conf({"nodes": nodes, "totem": {"token": 4000}}) or "").value == value
        )


@pytest.mark.parametrize(
    ("name", "totem", "status"),
    [
        ("consensus", {"token": 5000, "consensus": 5000}, "FAIL"),
        ("consensus", {"consensus": 5000}, "UNKNOWN"),
        ("consensus", {"token": 5000, "consensus": "soon"}, "UNKNOWN"),
        ("token", {"token": "soon"}, "UNKNOWN"),
        ("join", {"join": "x"}, "UNKNOWN"),
        ("max_messages", {"max_messages": 50}, "FAIL"),
        ("transport", {"transport": "udp"}, "FAIL"),
        ("encryption", {"crypto_cipher": "none"}, "FAIL"),
    ],
)
def test_totem(name: str, totem: Mapping[str, Any], status: str) -> None:
    assert statuses({**TWO_NODES, "totem": totem})[name] == status


@pytest.mark.parametrize(
    ("name", "quorum", "status"),
    [
        ("two_node", {}, "FAIL"),
        ("expected_votes", {"expected_votes": 1}, "FAIL"),
        ("wait_for_all", {"two_node": 1, "wait_for_all": 0}, "FAIL"),
        ("wait_for_all", {"wait_for_all": 1}, "PASS"),
    ],
)
def test_quorum(name: str, quorum: Mapping[str, Any], status: str) -> None:
    facts = {"nodes": 2, "quorum": {"provider": "corosync_votequorum", **quorum}}
    assert statuses(facts)[name] == status


def test_two_node_beside_a_quorum_device_is_wrong() -> None:
    [red_hat] = [case for case in cases() if case["name"].startswith("Red Hat")]
    conf = red_hat["corosync"]
    assert statuses(conf)["two_node"] == "PASS"
    assert statuses({**conf, "quorum": {"two_node": 1, **conf["quorum"]}})["two_node"] == "FAIL"


ADDRESS = {"id": "ip", "agent": "ocf:heartbeat:IPaddr2"}
DEVICE = {"id": "fence", "agent": "stonith:fence_ipmilan"}


@pytest.mark.parametrize(
    ("name", "facts", "status"),
    [
        ("stonith-enabled", {"properties": {"stonith-enabled": "off"}}, "FAIL"),
        ("stonith-enabled", {"properties": {"stonith-enabled": "true", "fencing-enabled": "false"}}, "FAIL"),
        ("stonith-enabled", {"properties": {"stonith-enabled": "perhaps"}}, "UNKNOWN"),
        ("fence devices", {"resources": [{**DEVICE, "meta": {"target-role": "Stopped"}}]}, "FAIL"),
        ("fence devices", {"properties": {"stonith-watchdog-timeout": "10s"}}, "PASS"),
        ("stonith-timeout", {"properties": {"stonith-timeout": "soon"}}, "UNKNOWN"),
        ("priority-fencing-delay", {"resources": [{**DEVICE, "options": {"pcmk_delay_base": "5s"}}]}, "PASS"),
        ("concurrent-fencing", {"properties": {"dc-version": "2.1.5-a"}}, "PASS"),
        ("concurrent-fencing", {"properties": {"concurrent-fencing": "?"}}, "UNKNOWN"),
        ("failure-timeout", {"resources": [DEVICE], "rsc_defaults": {"failure-timeout": "1min"}}, "PASS"),
        ("failure-timeout", {"resources": [{**DEVICE, "meta": {"failure-timeout": "x"}}]}, "UNKNOWN"),
        ("no-quorum-policy", {"properties": {"no-quorum-policy": "ignore"}}, "FAIL"),
        ("resource-stickiness", {"rsc_defaults": {"resource-stickiness": "much"}}, "UNKNOWN"),
        ("resource-stickiness", {"resources": [{**ADDRESS, "meta": {"resource-stickiness": "INFINITY"}}]}, "PASS"),
        ("migration-threshold", {"rsc_defaults": {"migration-threshold": 3}}, "FAIL"),
        ("migration-threshold", {"rsc_defaults": {"migration-threshold": 0}}, "PASS"),
        ("op_defaults timeout", {"op_defaults": {"timeout": "1h"}}, "PASS"),
        ("address monitor interval", {"resources": [ADDRESS]}, "FAIL"),
        ("address monitor interval", {"resources": [{**ADDRESS, "monitor": "2min 20s"}]}, "FAIL"),
        ("address monitor timeout", {"resources": [{**ADDRESS, "monitor": "10s 5s"}]}, "FAIL"),
        ("address monitor timeout", {"resources": [ADDRESS]}, "FAIL"),
        ("address monitor timeout", {"resources": [{**ADDRESS, "monitor": "10s soon"}]}, "UNKNOWN"),
    ],
)  # fmt: skip
def test_the_cib(name: str, facts: Mapping[str, Any], status: str) -> None:
    assert statuses(None, facts)[name] == status


def test_a_value_under_a_rule_is_unknown() -> None:
    text = (
        '<cib><configuration><rsc_defaults><meta_attributes id="a"><rule id="r" score="0"/>'
        '<nvpair id="n" name="resource-stickiness" value="1000"/></meta_attributes></rsc_defaults>'
        "</configuration></cib>"
    )
    found = finding("resource-stickiness", text)
    assert found.status == "UNKNOWN"
    assert "rule" in found.value
    assert finding("migration-threshold", text).status == "PASS", "only the option under the rule is unknown"


def test_the_stickiness_of_a_group_holds_for_its_members() -> None:
    group = '<group id="g"><primitive id="a" class="ocf" type="X"/>{meta}</group>'
    meta = (
        '<meta_attributes id="m"><nvpair id="n" name="resource-stickiness" value="1000"/></meta_attributes>'
    )
    for text, status in ((group.format(meta=meta), "PASS"), (group.format(meta=""), "FAIL")):
        whole = f"<cib><configuration><resources>{text}</resources></configuration></cib>"
        assert finding("resource-stickiness", whole).status == status


@dataclass
class Nodes:
    """Answers the audit's reading with the same text on each node; a node of `silent` does not answer."""

    text: str
    silent: tuple[str, ...] = ()

    def run(self, command: Command) -> Result:
        if command.node in self.silent:
            raise Unreachable(f"{command.node} does not answer")
        return Result(command, 0, self.text, "")


def test_the_running_cluster_is_read_from_a_node_that_answers(tmp_path: Path) -> None:
    [suse] = [case for case in cases() if case["name"].startswith("SUSE")]
    text = (
        f"\n@@part conf\n{audit_cases.corosync_conf(suse['corosync'])}\n@@part cib\n{audit_cases.cib(suse['cib'])}"
        "\n@@part running\nruntime.config.totem.token (u32) = 7000\nruntime.config.totem.consensus (u32) = 8400\n"
    )
    session = fake_session("debian12", root=tmp_path)
    names = [node.name for node in session.lab.nodes]
    found = audit.audit(audit.live(replace(session, remote=Nodes(text, silent=(names[0],)))))
    assert {one.setting.name: one.value for one in found}["token"] == "7000 ms"
    assert {one.setting.name: one.status for one in found} == expected(suse)
    with pytest.raises(Unreachable, match="nothing to audit"):
        audit.live(replace(session, remote=Nodes(text, silent=tuple(names))))
    stopped = audit.live(replace(session, remote=Nodes("\n@@part conf\n\n@@part cib\n\n@@part running\n")))
    assert {one.status for one in audit.audit(stopped)} == {"UNKNOWN"}
