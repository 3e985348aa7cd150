"""The ARP witness: frames as bytes, what answers say, and an end of a network in the place of the lab's."""

from __future__ import annotations

import contextlib
import socket
import threading
from ipaddress import IPv4Address

import pytest

from drill.observe import arp_frame
from drill.observe.arp_frame import ArpFrame, parse, probe
from drill.observe.arp_witness import ANSWER_S, ArpWitness, Neighbours
from drill.record.timeline import ArpReading
from inventory import waiting
from inventory.errors import LabError, RouteRefused
from inventory.waiting import CLOCK
from tests.support.example_lab import NODE1, NODE2, example_lab

LAB = example_lab()
VIP = LAB.vip
MAC1, MAC2 = bytes.fromhex("0242ac10640f"), bytes.fromhex("0242ac106410")
ANNOUNCED = bytes.fromhex(
    "ffffffffffff 0242ac106410 0806 0001 0800 06 04 0002 0242ac106410 ac10640b ffffffffffff ac10640b"
)
"""A gratuitous ARP as send_arp(8) of resource-agents 4.12 sends it."""


def answer(question: bytes, sender: bytes, address: IPv4Address) -> bytes:
    """What a kernel answers to a probe."""
    target = question[6:12]
    return (
        target
        + sender
        + bytes.fromhex("0806 0001 0800 06 04 0002")
        + sender
        + address.packed
        + target
        + bytes(4)
    )


def test_a_probe_names_no_sender_address() -> None:
    frame = parse(probe(VIP, 0x1234))
    assert frame == ArpFrame(False, arp_frame.SENDER + b"\x12\x34", IPv4Address("0.0.0.0"), bytes(6), VIP)
    assert not frame.announces
    assert frame.sender[0] & 3 == 2, "locally administered, and no group"


def test_an_answer_has_the_number_of_its_probe() -> None:
    frame = parse(answer(probe(VIP, 513), MAC1, VIP))
    assert frame is not None
    assert (frame.number, frame.sender, frame.sender_address) == (513, MAC1, VIP)


def test_an_announcement() -> None:
    frame = parse(ANNOUNCED)
    assert frame is not None
    assert (frame.announces, frame.sender, frame.sender_address, frame.number) == (True, MAC2, VIP, None)


@pytest.mark.parametrize(
    "frame", [b"", ANNOUNCED[:41], ANNOUNCED.replace(b"\x08\x06", b"\x08\x00"), bytes(60)]
)
def test_what_is_no_arp_is_left_out(frame: bytes) -> None:
    assert parse(frame) is None


def taken(neighbours: Neighbours, frame: bytes, at: float) -> ArpReading | None:
    found = parse(frame)
    assert found is not None
    return neighbours.take(found, at)


def known() -> Neighbours:
    """Both nodes' hardware addresses are known."""
    found = Neighbours(VIP, {node.address: node.name for node in LAB.nodes})
    for node, mac in zip(LAB.nodes, (MAC1, MAC2), strict=True):
        taken(found, answer(probe(node.address, 0), mac, node.address), 0.0)
    return found


def test_a_reading_has_all_who_answered_one_probe() -> None:
    one = known()
    first, second = probe(VIP, 1), probe(VIP, 2)
    one.asked(1, 1.0)
    assert taken(one, answer(first, MAC1, VIP), 1.01) is None
    one.asked(2, 1.1)
    taken(one, answer(second, MAC1, VIP), 1.11)
    taken(one, answer(second, MAC2, VIP), 1.12)
    taken(one, answer(first, MAC1, VIP), 1.13)
    assert one.complete(1.0 + ANSWER_S - 0.01) == []
    assert one.complete(1.1 + ANSWER_S) == [
        ArpReading(1.0, 1.01, (NODE1,)),
        ArpReading(1.1, 1.12, (NODE1, NODE2)),
    ]
    assert one.complete(9.0) == []


def test_nobody_answers() -> None:
    one = known()
    one.asked(7, 2.0)
    assert one.complete(3.0) == [ArpReading(2.0, 2.0 + ANSWER_S, ())]


def test_an_unknown_machine_is_named_by_its_hardware_address() -> None:
    one = Neighbours(VIP, {})
    one.asked(1, 1.0)
    taken(one, answer(probe(VIP, 1), MAC1, VIP), 1.01)
    assert one.complete(2.0)[0].holders == ("02:42:ac:10:64:0f",)


def test_an_announcement_is_a_reading_at_once() -> None:
    assert taken(known(), ANNOUNCED, 4.0) == ArpReading(4.0, 4.0, (NODE2,), announced=True)


class Network:
    """A pair of sockets: node1 has the address, and answers each probe for it and for its own address."""

    def __init__(self) -> None:
        self.witness, self.nodes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.asked: list[IPv4Address] = []
        self.thread = threading.Thread(target=self.run, name="network")
        self.thread.start()

    def run(self) -> None:
        self.nodes.settimeout(10)
        with self.nodes, contextlib.suppress(OSError):  # until the other end is closed
            while question := parse(frame := self.nodes.recv(128)):
                self.asked.append(question.target_address)
                if question.target_address in (VIP, LAB.node1.address):
                    self.nodes.send(answer(frame, MAC1, question.target_address))

    def end(self) -> None:
        self.witness.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_it_asks_and_records_who_answers() -> None:
    network, found = Network(), list[ArpReading]()
    one = ArpWitness(
        LAB, lambda: "bridge", CLOCK.now, found.append, open_socket=lambda interface: network.witness
    )
    try:
        with one:
            waiting.until(
                lambda: found, lambda rows: len(rows) > 0, "an answer", deadline=20.0, clock=CLOCK, every=0.02
            )
    finally:
        network.end()
    assert one.missing == ""
    assert {row.holders for row in found} == {(NODE1,)}
    assert set(network.asked) == {VIP, *(node.address for node in LAB.nodes)}


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(1, "Operation not permitted"),
        AttributeError("module 'socket' has no attribute 'AF_PACKET'"),
        OSError(19, "No such device"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_without_a_socket_the_record_says_why(error: Exception) -> None:
    def refused(interface: str) -> socket.socket:
        raise error

    one = ArpWitness(LAB, lambda: "bridge", CLOCK.now, lambda row: None, open_socket=refused)
    with one:
        pass
    assert str(error) in one.missing


def test_without_a_route_the_record_says_why() -> None:
    def no_route() -> str:
        raise RouteRefused("there is no route", hint="up")

    one = ArpWitness(LAB, no_route, CLOCK.now, lambda row: None)
    with one:
        pass
    assert one.missing == "there is no route"


def test_a_reading_that_cannot_be_recorded_is_an_error() -> None:
    network = Network()

    def full(row: ArpReading) -> None:
        raise OSError(28, "No space left on device")

    one = ArpWitness(LAB, lambda: "bridge", CLOCK.now, full, open_socket=lambda interface: network.witness)
    one.start()
    try:
        waiting.until(
            lambda: one._thread is not None and one._thread.is_alive(),
            lambda alive: not alive,
            "it ended",
            deadline=20.0,
            clock=CLOCK,
            every=0.02,
        )
        with pytest.raises(LabError, match="No space left"):
            one.stop()
    finally:
        network.end()
