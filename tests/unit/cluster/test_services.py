"""Resources of any agent: from lab.yaml into the CIB and back, and whether they run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from cluster import agent_metadata, cib, service_state, services
from cluster.cib_xml import configuration_xml
from cluster.configuration import Configuration, differences
from cluster.crm_mon import ClusterState, NodeState, Placement
from cluster.desired import desired
from cluster.foreign import foreign, known_part
from inventory.config.lab_yaml import parse
from inventory.model import Lab
from inventory.platforms.registry import PLATFORMS
from inventory.services import Service
from language import fast_yaml
from tests.support.example_lab import CASES, NODE1, NODE2

DEBIAN12, DEBIAN11 = PLATFORMS["debian12"], PLATFORMS["debian11"]
METADATA = (
    '<parameter name="state" unique-group="state"> <parameter name="fake" required="1"> '
    '<action name="start" timeout="20s"/> <action name="stop" timeout="30s"/> '
    '<action name="monitor" role="Unpromoted" timeout="7s" interval="10s"/> '
    '<action name="monitor" role="Master" timeout="9s" interval="11s"/> <action name="promote" timeout="10s"/> '
    '<action name="meta-data" timeout="5s"/>'
)
DUMMY = "ocf:heartbeat:Dummy"
RESOURCES: list[dict[str, Any]] = [
    {"id": "note", "agent": DUMMY, "monitor": "10s", "options": {"state": "/run/{vip}", "fake": True}},
    {
        "id": "pair",
        "group": [
            {"id": "d1", "agent": DUMMY, "monitor": 10},
            {"id": "d2", "agent": "systemd:cron", "monitor": "10s", "meta": {"migration-threshold": 3}},
        ],
        "clone": True,
    },
    {
        "id": "st",
        "agent": "ocf:pacemaker:Stateful",
        "monitor": "10s",
        "operations": [{"name": "monitor", "interval": "11s", "role": "Promoted", "timeout": "40s"}],
        "promotable": {"promoted-max": 1, "notify": True},
    },
]
CONSTRAINTS: dict[str, list[dict[str, Any]]] = {
    "colocation": [
        {"resource": "WebIP", "with": "st", "with_role": "Promoted", "score": "INFINITY"},
        {"resource": "note", "with": "WebServer", "score": -100},
    ],
    "order": [
        {"first": "st", "first_action": "promote", "then": "WebIP", "symmetrical": False},
        {
            "sets": [{"resources": ["note", "pair"], "sequential": False}, {"resources": ["st"]}],
            "kind": "Optional",
        },
    ],
    "location": [{"id": "st_on_node2", "resource": "st", "node": "node2", "score": 50, "role": "Promoted"}],
}


def lab_with(
    resources: list[dict[str, Any]], constraints: dict[str, list[dict[str, Any]]] | None = None
) -> Lab:
    """The document's lab with more resources and constraints."""
    lab = fast_yaml.read((CASES.parent.parent / "lab.yaml").read_text(encoding="utf-8"))
    lab["resources"] += resources
    for kind, more in (constraints or {}).items():
        lab["constraints"][kind] += more
    return parse(yaml.safe_dump(lab), "lab.yaml")


def of(xml: str) -> Configuration:
    return cib.parse(f"<cib>{xml}</cib>").configuration


LAB = lab_with(RESOURCES, CONSTRAINTS)
WANT = desired(LAB, DEBIAN12, metadata={DUMMY: METADATA, "ocf:pacemaker:Stateful": METADATA})


def test_what_is_written_is_read_as_it_was_wanted() -> None:
    have = of(configuration_xml(WANT))
    assert differences(WANT, have) == ()
    assert foreign(WANT, have) == ()
    assert list(services.missing(WANT, have)) == []
    assert {one.id for one in have.resources} == {"WebIP", "WebServer", "note"}, "others are lines"
    assert [one.split(" (")[0] for one in have.others] == [
        "clone pair-clone",
        "clone st-clone",
        "rsc_colocation colocation-WebIP-st rsc=WebIP score=INFINITY with-rsc=st-clone with-rsc-role=Promoted",
        "rsc_location st_on_node2 node=node2.magedu.com role=Promoted rsc=st-clone score=50",
        "rsc_order order-set-note-pair-st kind=Optional",
        "rsc_order order-st-WebIP first=st-clone first-action=promote symmetrical=false then=WebIP then-action=start",
    ]


def test_the_agents_advice_and_the_labs_words_are_filled_in() -> None:
    xml = WANT.written
    assert 'value="/run/172.16.100.11"' in xml["primitive note"]
    assert 'name="fake" value="true"' in xml["primitive note"]
    assert 'name="stop" interval="0s" timeout="30s"' in xml["primitive note"]
    stateful = xml["clone st-clone"]
    assert 'interval="10s" timeout="7s"' in stateful
    assert 'interval="11s" timeout="40s" role="Promoted"' in stateful, "lab.yaml's own time-out stays"
    assert 'name="promote" interval="0s" timeout="10s"' in stateful
    assert 'name="demote"' not in stateful, "the agent has none"
    assert 'name="notify" value="true"' in stateful
    slow = desired(replace(LAB, patience=2.0), DEBIAN12, metadata={DUMMY: METADATA})
    assert 'name="stop" interval="0s" timeout="60s"' in slow.written["primitive note"]


def test_the_roles_have_their_old_names_before_pacemaker_2_1() -> None:
    old = " ".join(desired(LAB, DEBIAN11).written.values())
    assert "Promoted" not in old
    assert 'with-rsc-role="Master"' in old


def test_a_lab_without_them_wants_what_it_wanted() -> None:
    plain = lab_with([])
    assert services.wanted(plain, DEBIAN12, {}) == Configuration({}, {})
    assert desired(plain, DEBIAN12) == desired(plain, DEBIAN12, services=False)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('value="/run/172.16.100.11"', 'value="/run/x"', "resource note: option state: want /run/172"),
        (
            'interval="11s" timeout="40s"',
            'interval="11s" timeout="41s"',
            "clone st-clone differs from lab.yaml",
        ),
        ('score="50"', 'score="51"', "rsc_location st_on_node2 differs from lab.yaml"),
        ('score="-100"', 'score="-99"', "the CIB has no colocation of note with WebServer (-100)"),
    ],
)
def test_a_difference_is_seen_and_corrected_without_removing_the_resource(
    old: str, new: str, says: str
) -> None:
    text = configuration_xml(WANT)
    assert text.count(old) == 1
    have = of(text.replace(old, new))
    part = services.wanted(LAB, DEBIAN12, {DUMMY: METADATA, "ocf:pacemaker:Stateful": METADATA})
    assert [line for line in services.missing(part, have) if says in line], list(services.missing(part, have))
    assert not [line for line in foreign(WANT, have) if "clone" in line or "resource" in line]
    put_right = services.completed(WANT, part, known_part(WANT, have))
    assert differences(WANT, of(configuration_xml(put_right))) == ()


def test_what_lab_yaml_does_not_have_is_foreign() -> None:
    smaller = desired(lab_with(RESOURCES[:1]), DEBIAN12, metadata={DUMMY: METADATA})
    have = of(configuration_xml(WANT))
    told = foreign(smaller, have)
    assert [line for line in told if line.startswith("clone st-clone")]
    left = of(configuration_xml(known_part(smaller, have)))
    assert left.others == ()
    assert {one.id for one in left.resources} == {"WebIP", "WebServer", "note"}


def test_what_the_agent_of_a_promotable_clone_keeps_about_a_node_is_no_configuration() -> None:
    def attributes(names: str) -> str:
        pairs = "".join(f'<nvpair id="{name}" name="{name}" value="5"/>' for name in names.split())
        return f'<instance_attributes id="a">{pairs}</instance_attributes>'

    clone = configuration_xml(WANT).replace(
        "<nodes />", f'<nodes><node id="1" uname="{NODE1}">{attributes("master-st rack")}</node></nodes>'
    )
    status = f'<node_state uname="{NODE1}"><transient_attributes>{attributes("st-status mine-note lsn-st")}'
    read = cib.parse(
        f"<cib>{clone}<status>{status}</transient_attributes></node_state></status></cib>"
    ).configuration
    assert read.node_attributes == {NODE1: {"rack": "5"}}
    assert read.transient == {NODE1: {"mine-note": "5"}}, "note is in no promotable clone"


def test_the_promotion_scores_of_the_agents() -> None:
    """A transient value replaces a permanent one; other attributes and other words are no scores."""

    def attributes(id_: str, pairs: dict[str, str]) -> str:
        told = "".join(
            f'<nvpair id="{id_}-{name}" name="{name}" value="{value}"/>' for name, value in pairs.items()
        )
        return f'<instance_attributes id="{id_}">{told}</instance_attributes>'

    permanent = {
        NODE1: {"master-st": "1001"},
        NODE2: {"master-st": "-1000", "master-note": "7", "st-status": "1"},
    }
    nodes = "".join(
        f'<node id="{n}" uname="{n}">{attributes(n, pairs)}</node>' for n, pairs in permanent.items()
    )
    clone = configuration_xml(WANT).replace("<nodes />", f"<nodes>{nodes}</nodes>")
    transient = f"<transient_attributes>{attributes('t', {'master-st': '-INFINITY'})}</transient_attributes>"
    status = f'<status><node_state uname="{NODE1}">{transient}</node_state></status>'
    assert cib.parse(f"<cib>{clone}{status}</cib>").promotion_scores == {
        ("st", NODE1): -1_000_000,
        ("st", NODE2): -1000,
    }


def state(*placed: tuple[str, str, str | None]) -> ClusterState:
    nodes = tuple(NodeState(name, True, False, False, False, False, False) for name in (NODE1, NODE2))
    found = tuple(
        Placement(id_, "ocf:x:y", role, node, node is not None, False, False, True)
        for id_, role, node in placed
    )
    return ClusterState(NODE1, True, nodes, found, (), {})


def test_what_is_tied_to_the_address_is_told_from_the_rest() -> None:
    assert LAB.services.tied_to(["WebIP", "WebServer"]) == ("st",), "note is colocated with -100 only"


PLAIN, CLONE, PROMOTABLE = (Service("db", "ocf:x:y", clone=kind) for kind in ("", "clone", "promotable"))


THREE = [("db", "Promoted", NODE1), ("db", "Unpromoted", NODE2), ("db", "Unpromoted", "node3.magedu.com")]
GROUP = Service("pair", "", clone="promotable", members=(PLAIN, replace(PLAIN, id="log")))
PAIR = [
    (id_, role, node) for role, node in (("Promoted", NODE1), ("Unpromoted", NODE2)) for id_ in ("db", "log")
]
NO_GROUP = "no other instance of pair can be promoted: none has a promotion score of 0 or more"
NO_SCORE = "no other instance of db can be promoted: none has a promotion score of 0 or more"


@pytest.mark.parametrize(
    ("service", "placed", "promotion_scores", "says"),
    [
        (PROMOTABLE, THREE[:2], {NODE1: 1001, NODE2: 1000}, ""),
        (PROMOTABLE, THREE[:2], {NODE1: 1001, NODE2: 0}, ""),
        (PROMOTABLE, THREE[:2], {NODE1: 1001}, f"{NO_SCORE} ({NODE2}: none)"),
        (PROMOTABLE, THREE[:2], {NODE1: 1001, NODE2: -1000}, f"{NO_SCORE} ({NODE2}: -1000)"),
        (PROMOTABLE, THREE, {NODE1: 1001, NODE2: -1000, "node3.magedu.com": 990}, ""),
        (PROMOTABLE, THREE, {}, f"{NO_SCORE} ({NODE2}: none, node3.magedu.com: none)"),
        (PROMOTABLE, THREE[:1], {}, ""),
        (PROMOTABLE, THREE[1:], {}, ""),
        (CLONE, [("db", "Started", NODE1), ("db", "Started", NODE2)], {}, ""),
        (GROUP, PAIR, {("db", NODE2): 1010, ("log", NODE2): -1000}, ""),
        (GROUP, PAIR, {("db", NODE2): 10, ("log", NODE2): -1000}, f"{NO_GROUP} ({NODE2}: -990)"),
        (GROUP, PAIR, {}, f"{NO_GROUP} ({NODE2}: none)"),
    ],
    ids=[
        "it follows", "exactly 0", "no score", "negative", "one of two", "none of two", "no other", "no promoted one",
        "a plain clone", "a group's sum", "a group's negative sum", "a group without scores",
    ],
)  # fmt: skip
def test_whether_another_instance_of_a_promotable_clone_can_be_promoted(
    service: Service, placed: list[tuple[str, str, str | None]], promotion_scores: dict[Any, int], says: str
) -> None:
    given = {key if isinstance(key, tuple) else ("db", key): score for key, score in promotion_scores.items()}
    assert service_state.no_promotable_instance(service, state(*placed), given) == says


@pytest.mark.parametrize(
    ("service", "placed", "says"),
    [
        (PLAIN, [("db", "Started", NODE1)], []),
        (PLAIN, [("db", "Stopped", None)], ["db runs on no node"]),
        (PLAIN, [("db", "Started", NODE1), ("db", "Started", NODE2)], [f"db runs on {NODE1} and {NODE2}"]),
        (CLONE, [("db", "Started", NODE1), ("db", "Started", NODE2)], []),
        (CLONE, [("db:0", "Started", NODE1), ("db:1", "Started", NODE2)], []),
        (CLONE, [("db", "Started", NODE1), ("db", "Stopped", None)], [f"db does not run on {NODE2}"]),
        (PROMOTABLE, [("db", "Promoted", NODE1), ("db", "Unpromoted", NODE2)], []),
        (PROMOTABLE, [("db", "Master", NODE1), ("db", "Slave", NODE2)], []),
        (
            PROMOTABLE,
            [("db", "Unpromoted", NODE1), ("db", "Unpromoted", NODE2)],
            ["db is promoted on no node, not on 1"],
        ),
        (
            PROMOTABLE,
            [("db", "Promoted", NODE1), ("db", "Promoted", NODE2)],
            [f"db is promoted on {NODE1} and {NODE2}, not on 1"],
        ),
        (replace(PLAIN, meta={"target-role": "Stopped"}), [("db", "Stopped", None)], []),
        (replace(CLONE, clone_meta={"clone-max": "1"}), [("db", "Started", NODE1)], []),
    ],
)
def test_how_it_should_run(
    service: Service, placed: list[tuple[str, str, str | None]], says: list[str]
) -> None:
    assert [text for _, text in service_state.troubles(service, state(*placed))] == says


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"options": {"fake": "1"}}, []),
        ({"options": {"fake": "1", "trace_ra": "1"}}, []),
        ({"options": {"fak": "1", "fake": "1"}}, ["no option fak; did you mean fake?"]),
        ({"options": {"zzz": "1", "fake": "1"}}, ["no option zzz; it has: fake, state"]),
        ({"options": {}}, ["needs the option fake"]),
        (
            {"options": {"fake": "1"}, "operations": ({"name": "demote"},)},
            ["no operation demote; it has: monitor, promote, start, stop"],
        ),
    ],
)
def test_an_agents_metadata_judges_its_options(changes: dict[str, Any], says: list[str]) -> None:
    found = list(agent_metadata.mistakes(Service("note", DUMMY, **changes), METADATA))
    assert len(found) == len(says)
    for line, part in zip(found, says, strict=True):
        assert part in line
