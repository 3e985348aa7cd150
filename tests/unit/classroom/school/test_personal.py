"""A student's own values: legal in lab.yaml, different for each student, the same on every machine."""

from __future__ import annotations

import hashlib
from itertools import combinations

import pytest

from classroom.exercises import EXERCISES
from classroom.requirements import reason
from classroom.school import keys, student_lab
from classroom.school.derivation import number, order, student_seed
from classroom.school.personal import LABS, RANGE, TOGETHER
from inventory.config import lab_yaml
from inventory.config.numbered import numbered
from inventory.errors import ConfigError
from status.web_page import page_of
from tests.support.class_bots import class_of, document

CLASS, ALL = class_of(200)


def test_the_derivation_is_the_documented_one() -> None:
    """Values computed once with another program (openssl dgst -sha256 -mac HMAC) and kept here."""
    seed = student_seed("a secret seed of the class", "anna")
    assert seed.hex() == "35ee3d6ec1ea0e557b77dbd694ff73626afca55cdc4f5894253c922b47aeb20f"
    assert number(seed, "names", 4096) == 2931
    assert order(seed, "faults", ("a", "b", "c")) == ("a", "b", "c")


def test_other_unicode_forms_of_a_name_give_the_same_seed() -> None:
    assert student_seed("seed", "Zo\u00eb") == student_seed("seed", "Zoe\u0308")


def test_200_labs() -> None:
    """Each of 200 labs is a legal lab.yaml, the arithmetic of the lesson holds, and no two have an answer in common."""
    labs = []
    for mine in ALL:
        _, lab = student_lab.described(
            document(), mine, CLASS.name
        )  # raises ConfigError for an illegal value
        labs.append(lab)
        assert student_lab.differences(lab, mine) == ()
        assert lab.network.subnet_of(RANGE)
        assert len({lab.vip, *(node.address for node in lab.nodes)}) == 3
        [preference] = lab.locations
        assert preference.node == lab.node1.name
        assert lab.stickiness > 0
        assert preference.score > TOGETHER * lab.stickiness, "the pair goes to its node whenever it is there"
        assert TOGETHER * mine.scores.answer > preference.score >= TOGETHER * (mine.scores.answer - 1)
        assert len(set(mine.faults)) == CLASS.each
        assert numbered(lab, 2).network.subnet_of(LABS)
        assert not any(reason(one.needs, lab) for one in EXERCISES if one.name in mine.faults)
    for what in (
        [lab.network for lab in labs],
        [lab.vip for lab in labs],
        [node.address for lab in labs for node in lab.nodes],
        [node.name for lab in labs for node in lab.nodes],
        [page_of(node) for lab in labs for node in lab.nodes],
        [mine.scores for mine in ALL],
        [keys.public_key(mine.seed) for mine in ALL],
        [lab.drill.seed for lab in labs],
    ):
        assert len(set(what)) == len(what)
    assert not any(one.overlaps(other) for one, other in combinations([lab.network for lab in labs], 2))
    assert len({mine.faults for mine in ALL}) > 100, "the order of the faults is personal"


def test_the_same_class_gives_the_same_values() -> None:
    """A digest over 20 students: it differs when a value changes, on this or on another version of Python."""
    values = "|".join(
        f"{one.network} {one.host} {one.site} {one.hosts} {one.scores} {one.faults}"
        for one in class_of(20)[1]
    )
    assert (
        hashlib.sha256(values.encode()).hexdigest()
        == "293953cade5a61a14f2857f3242024129f182d848725407fe606782fe2bbcedf"
    )


def test_a_student_who_is_added_at_the_end_changes_no_other_one() -> None:
    _, before = class_of(["anna", "ben"])
    _, after = class_of(["anna", "ben", "carl"])
    assert after[:2] == before


def test_another_seed_gives_other_values() -> None:
    [one], [other] = class_of(1)[1], class_of(1, seed="another secret seed")[1]
    assert (one.seed, one.hosts, one.faults) != (other.seed, other.hosts, other.faults)


def test_a_lab_with_more_nodes_and_a_witness() -> None:
    three = {
        **document(),
        "quorum": "qdevice",
        "witness": {"name": "witness.magedu.com", "address": "172.16.100.18", "algorithm": "lms"},
        "nodes": [*document()["nodes"], {"name": "node3.magedu.com", "address": "172.16.100.17"}],
    }
    _, [mine] = class_of(1)
    lab = lab_yaml.parse(student_lab.lab_text(three, mine, "c"), "lab.yaml")
    assert [node.name for node in lab.nodes] == [mine.name(1), mine.name(2), mine.name(3)]
    assert lab.witness is not None
    assert lab.witness.machine.address == mine.address(4)


def test_an_adopted_cluster_is_refused() -> None:
    with pytest.raises(ConfigError, match="adopted cluster"):
        student_lab.lab_text({**document(), "ssh_config": "x"}, class_of(1)[1][0], "c")


def test_a_lab_of_another_student_is_seen() -> None:
    _, (anna, ben) = class_of(["anna", "ben"])
    lab = lab_yaml.parse(student_lab.lab_text(document(), ben, "c"), "lab.yaml")
    found = student_lab.differences(lab, anna)
    assert [line.partition(":")[0] for line in found] == [
        "network", "vip", "stickiness", "name of node 1", "address of node 1", "name of node 2", "address of node 2",
        "location score",
    ]  # fmt: skip
