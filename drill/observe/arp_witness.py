"""Witnesses on the lab's own network which hardware address answers for the VIP, and who announces it (gratuitous ARP).

The other machines of the network send their packets where ARP says, not where the nodes say. The witness is independent
of the management path and of the nodes' programs: the kernel of a frozen container still answers. It asks PROBES_HZ
times a second with an ARP Probe (RFC 5227), whose answer changes no machine's ARP table. It needs a packet socket
(packet(7), CAP_NET_RAW) on the interface that leads to the VIP; where it cannot have one, the record says why.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from drill.observe import arp_frame
from drill.observe.arp_frame import ArpFrame
from drill.observe.observer import Observer, unrecorded
from drill.observe.selection import Selection
from drill.record.timeline import ArpReading
from inventory.errors import LabError
from inventory.model import Lab

PROBES_HZ = 10
NAMES_EVERY_S = 2.0
"""The time between two looks for the nodes' own hardware addresses (seconds)."""
ANSWER_S = 0.5
"""The longest time from a probe to its answer (seconds)."""
PERIOD_S = 1.0
"""The time between two recorded readings that say the same (seconds)."""
LONGEST_S = 900.0
"""The time after which a witness ends by itself, on a machine of usual speed (seconds)."""
_SOL_PACKET, _ADD_MEMBERSHIP, _PROMISCUOUS = 263, 1, 1


@dataclass
class Neighbours:
    """What the frames say: the nodes' hardware addresses, and the answers to each probe. Times are in seconds.

    `nodes` maps a node's own address to its name.
    """

    vip: IPv4Address
    nodes: Mapping[IPv4Address, str]
    _names: dict[bytes, str] = field(default_factory=dict, init=False)
    _open: dict[int, tuple[float, dict[bytes, float]]] = field(default_factory=dict, init=False)

    def asked(self, number: int, at: float) -> None:
        """Note a probe for the VIP that is sent now."""
        self._open[number] = (at, {})

    def take(self, frame: ArpFrame, at: float) -> ArpReading | None:
        """Take a frame; an announcement of the VIP is a reading."""
        if name := self.nodes.get(frame.sender_address):
            self._names[frame.sender] = name
        if frame.sender_address != self.vip:
            return None
        if frame.announces:
            return ArpReading(asked=at, at=at, holders=(self._name(frame.sender),), announced=True)
        if frame.number in self._open:
            self._open[frame.number][1].setdefault(frame.sender, at)
        return None

    def complete(self, now: float) -> list[ArpReading]:
        """The readings of all probes that get no more answers."""
        found = []
        for number, (asked, answers) in list(self._open.items()):
            if now - asked >= ANSWER_S:
                del self._open[number]
                at = max(answers.values(), default=asked + ANSWER_S)
                names = sorted(self._name(one) for one in answers)
                found.append(ArpReading(asked=asked, at=at, holders=tuple(names)))
        return found

    def _name(self, hardware: bytes) -> str:
        return self._names.get(hardware, hardware.hex(":"))


class _UnrecordedError(Exception):
    """A reading could not be recorded; its cause says why."""


class ArpWitness(Observer):
    """Asks and listens from start() to stop(), and passes each reading to `on_reading`.

    `interface` names the interface that leads to the VIP; it may raise LabError. `open_socket` opens it; tests replace
    it. `hz` is the number of probes in each second. `missing` is the reason why nothing is witnessed; "" when the
    witness works.
    """

    def __init__(
        self,
        lab: Lab,
        interface: Callable[[], str],
        clock: Callable[[], float],
        on_reading: Callable[[ArpReading], None],
        *,
        open_socket: Callable[[str], socket.socket] | None = None,
        hz: float = PROBES_HZ,
    ) -> None:
        self.missing = "the witness did not begin"
        self._lab, self._interface, self._clock, self._on_reading = lab, interface, clock, on_reading
        self._open_socket = open_socket or packet_socket
        self._neighbours = Neighbours(lab.vip, {node.address: node.name for node in lab.nodes})
        self._selection: Selection[ArpReading] = Selection(PERIOD_S, lambda one: one.holders)
        self._number, self._hz = 0, hz
        self._named = float("-inf")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        """Open the socket and start; without a socket only `missing` is set."""
        try:
            link = self._open_socket(self._interface())
        except LabError as error:
            self.missing = error.message
        except (OSError, AttributeError) as error:  # no right to it, or a system without packet sockets
            self.missing = f"no packet socket here: {error}"
        else:
            self.missing = ""
            self._thread = threading.Thread(target=self._run, args=(link,), name="arp-witness", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End. Raises LabError when a reading could not be recorded."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)
        if self._error is not None:
            error, self._error = self._error, None
            raise unrecorded("witness", error) from error

    def _run(self, link: socket.socket) -> None:
        began = self._clock()
        try:
            with link:
                while not self._stop.is_set() and self._clock() - began < self._lab.patient(LONGEST_S):
                    self._round(link)
            self._record(self._selection.last())
        except _UnrecordedError as error:
            self._error = error.__cause__
        except OSError as error:  # the interface is gone
            self.missing = f"the witness ended at {self._clock():.2f} s: {error}"
        except BaseException as error:
            self._error = error

    def _record(self, readings: Iterable[ArpReading]) -> None:
        try:
            for reading in readings:
                self._on_reading(reading)
        except Exception as error:
            raise _UnrecordedError from error

    def _round(self, link: socket.socket) -> None:
        """Ask once, and listen until it is time to ask again."""
        now = self._clock()
        if now - self._named >= NAMES_EVERY_S:
            self._named = now
            for node in self._lab.nodes:
                link.send(arp_frame.probe(node.address, 0))
        self._number = self._number % 0xFFFF + 1
        asked = self._clock()
        self._neighbours.asked(self._number, asked)
        link.send(arp_frame.probe(self._lab.vip, self._number))
        until = now + 1 / self._hz
        while (left := until - self._clock()) > 0:
            link.settimeout(left)
            try:
                frame = arp_frame.parse(link.recv(128))
            except TimeoutError:
                break
            at = self._clock()
            if frame is not None and not frame.sender.startswith(arp_frame.SENDER):
                announced = self._neighbours.take(frame, at)
                if announced is not None:
                    self._record([announced])
        for reading in self._neighbours.complete(self._clock()):
            self._record(self._selection.take(reading))


def packet_socket(interface: str) -> socket.socket:
    """A socket for all ARP frames of an interface, also those for other machines. Raises OSError, AttributeError."""
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(arp_frame.ETHERTYPE))
    try:
        link.bind((interface, arp_frame.ETHERTYPE))
        membership = struct.pack("iHH8s", socket.if_nametoindex(interface), _PROMISCUOUS, 0, b"")
        link.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, membership)
    except BaseException:
        link.close()
        raise
    return link
