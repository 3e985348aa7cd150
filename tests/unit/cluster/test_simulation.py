"""What crm_simulate printed is read: where resources run, and the order of the actions."""

from __future__ import annotations

import pytest

from cluster.simulation import Simulation
from cluster.xml import OutputError

OLD = """
Current cluster status:
Online: [ node1 node2 ]

 WebIP\t(ocf::heartbeat:IPaddr):\tStopped

Revised cluster status:
Online: [ node1 node2 ]

 WebIP\t(ocf::heartbeat:IPaddr):\tStarted node1
 Resource Group: web
     db\t(ocf::heartbeat:pgsql):\tStarted node2 (unmanaged)
     apache\t(lsb:httpd):\tFAILED node2
 Clone Set: cl [D]
     Started: [ node1 node2 ]
 Master/Slave Set: ms [S]
     Masters: [ node1 ]
     Slaves: [ node2 ]
     Stopped: [ node3 ]
"""
NEW = """
Revised Cluster Status:
  * Node List:
    * Online: [ node1 node2 ]
    * OFFLINE: [ node3 ]

  * Full List of Resources:
    * WebIP\t(ocf:heartbeat:IPaddr2):\t Started node1
    * Resource Group: web (disabled):
      * ip\t(ocf:heartbeat:IPaddr2):\t Stopped (disabled)
    * twice\t(systemd:apache2):\t Started [ node1 node2 ]
    * Clone Set: cg [gg]:
      * Started: [ node1 ]
      * Stopped: [ node2 ]
    * Clone Set: none [E]:
      * Stopped: [ node1 node2 ]
"""
DOT = """ digraph "g" {
"WebServer_monitor_10000 node2" [ style=bold color="green" fontcolor="black"]
"WebServer_start_0 node2" [ style=bold color="green" fontcolor="black"]
"WebIP_start_0 node2" [ style=bold color="green" fontcolor="black"]
"apache_start_0 <none>" [ style=dashed color="red" fontcolor="black"]
"web_start_0" [ style=bold color="green" fontcolor="orange"]
"clone:1_stop_0 node1" [ style=bold color="green" fontcolor="black"]
"WebIP_start_0 node2" -> "web_start_0" [ style = bold]
"web_start_0" -> "WebServer_start_0 node2" [ style = bold]
"WebIP_start_0 node2" -> "clone:1_stop_0 node1" [ style = dashed]
}
"""


@pytest.mark.parametrize(
    ("out", "placed"),
    [
        (
            OLD,
            {
                "WebIP": ("node1",),
                "db": ("node2",),
                "apache": (),
                "D": ("node1", "node2"),
                "S": ("node1", "node2"),
            },
        ),
        (NEW, {"WebIP": ("node1",), "ip": (), "twice": ("node1", "node2"), "gg": ("node1",), "E": ()}),
    ],
)
def test_the_nodes_of_each_resource_at_the_end(out: str, placed: dict[str, tuple[str, ...]]) -> None:
    assert Simulation(out).placed == placed


@pytest.mark.parametrize("out", ["", "Current cluster status:\n", "crm_simulate: Could not parse"])
def test_an_output_without_an_end_is_an_error(out: str) -> None:
    with pytest.raises(OutputError, match="no cluster status at the end"):
        _ = Simulation(out).placed


def test_the_order_of_the_actions() -> None:
    graph = Simulation(NEW, DOT).graph
    [address], [web] = graph.find("WebIP", "start"), graph.find("WebServer", "start")
    assert graph.before(address, web)
    assert not graph.before(web, address)
    [stop] = graph.find("clone", "stop")
    assert graph.actions[stop].node == "node1"
    assert not graph.before(address, stop), "a dashed edge is not in this transition"
    assert graph.find("WebServer", "monitor") == (), "a recurring monitor is no single action"
    assert graph.find("apache", "start") == (), "a dashed action is not done"
