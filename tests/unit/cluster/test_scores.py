from __future__ import annotations

import pytest

from cluster.placement import place
from cluster.scores import Score, add, parse, parse_simulation, text
from cluster.xml import OutputError
from inventory.model import INFINITY, Colocation, Location
from tests.support.example_lab import CASES, NODE1, NODE2


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        (100, 100, 200), (500, -100, 400), (0, 0, 0), (-1, 1, 0),
        (INFINITY, 1, INFINITY), (INFINITY, -999_999, INFINITY), (INFINITY, INFINITY, INFINITY),
        (-INFINITY, 1, -INFINITY), (-INFINITY, 999_999, -INFINITY), (INFINITY, -INFINITY, -INFINITY),
        (600_000, 600_000, INFINITY), (-600_000, -600_000, -INFINITY), (999_999, 1, INFINITY),
    ],
)  # fmt: skip
def test_arithmetic(one: int, other: int, total: int) -> None:
    assert add(one, other) == add(other, one) == total


@pytest.mark.parametrize(
    ("written", "score"),
    [
        ("500", 500), (" -5 ", -5), ("+7", 7),
        ("INFINITY", INFINITY), ("+INFINITY", INFINITY), ("-INFINITY", -INFINITY), ("infinity", INFINITY),
        ("1000000", INFINITY), ("2000000", INFINITY), ("-2000000", -INFINITY),
    ],
)  # fmt: skip
def test_parse(written: str, score: int) -> None:
    assert parse(written) == score


@pytest.mark.parametrize("written", ["", "much", "5.5", "1e3", "INFINITE"])
def test_no_score(written: str) -> None:
    with pytest.raises(OutputError, match="is no score"):
        parse(written)


def test_text() -> None:
    assert [text(n) for n in (0, -7, 999_999, INFINITY, 2 * INFINITY, -INFINITY)] == [
        "0", "-7", "999999", "INFINITY", "INFINITY", "-INFINITY",
    ]  # fmt: skip


SIMULATED = """\
[ node1.magedu.com node2.magedu.com ]

WebIP\t(ocf:heartbeat:IPaddr):\t Started node1.magedu.com
WebServer\t(lsb:apache2):\t Started node1.magedu.com

{name}: WebIP allocation score on node1.magedu.com: 700
{name}: WebIP allocation score on node2.magedu.com: 0
{name}: WebServer allocation score on node1.magedu.com: 600
{name}: WebServer allocation score on node2.magedu.com: -INFINITY
"""


@pytest.mark.parametrize("name", ["native_color", "pcmk__native_allocate", "pcmk__primitive_assign"])
def test_the_clusters_own_scores(name: str) -> None:
    output = SIMULATED.format(name=name) + "clone_color: all allocation score on node1.magedu.com: 1\n"
    assert parse_simulation(output) == (
        Score("WebIP", NODE1, 700),
        Score("WebIP", NODE2, 0),
        Score("WebServer", NODE1, 600),
        Score("WebServer", NODE2, -INFINITY),
    )
    decision = place(
        [NODE1, NODE2],
        ["WebIP", "WebServer"],
        stickiness=100,
        current={"WebIP": NODE1, "WebServer": NODE1},
        locations=[Location("webserver_on_node1", "WebServer", NODE1, 500)],
        colocations=[Colocation("WebServer", "WebIP", INFINITY)],
    )
    assert {(one.resource, one.node): one.score for one in parse_simulation(output)} == decision.totals


def test_recorded_scores_of_the_documents_pacemaker() -> None:
    found = parse_simulation((CASES / "old_stack" / "crm_simulate-sL.txt").read_text())
    assert found[0] == Score("WebIP", NODE1, 700)
    assert found[-1] == Score("WebServer", NODE2, -INFINITY)


def test_the_scores_of_a_newer_pacemaker_stand_in_a_list() -> None:
    """As pacemaker 2.1.8 and 3.0 print them."""
    output = """\
Current cluster status:
  * Node List:
    * Online: [ node1.magedu.com node2.magedu.com ]

  * Full List of Resources:
    * WebIP\t(ocf:heartbeat:IPaddr2):\t Started node1.magedu.com

Assignment Scores:
  * pcmk__primitive_assign: WebIP allocation score on node1.magedu.com: 700
  * pcmk__primitive_assign: WebIP allocation score on node2.magedu.com: -INFINITY
"""
    assert parse_simulation(output) == (Score("WebIP", NODE1, 700), Score("WebIP", NODE2, -INFINITY))


@pytest.mark.parametrize("output", ["", "Connection to cluster failed\n"])
def test_no_scores(output: str) -> None:
    with pytest.raises(OutputError, match="crm_simulate printed no scores"):
        parse_simulation(output)
