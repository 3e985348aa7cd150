"""A student's own values: network, addresses, host names, scores, and the faults with their order.

All come from the student's seed (derivation.py). Where two students of a class would get the same network, names or
scores, the later one in class.yaml gets the next try; so appending students never changes the values of the others.
Page texts follow from the host names (status.web_page.page_of).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from classroom.school.class_file import ClassFile, Student
from classroom.school.derivation import number, order, student_seed
from inventory.sizes import MOST_NODES
from language import fast_yaml

RANGE, PREFIX = IPv4Network("198.18.0.0/16"), 25
"""The range of the personal networks, and their prefix length: 512 networks. RFC 2544 reserves it for tests."""
LABS = IPv4Network("198.19.0.0/16")
"""The range for further labs of one student (lab.yaml's `labs`)."""
FIRST_HOST, HOSTS = 10, 90
"""The nodes and the floating address are hosts 10 to 99 of the network: room for what an exercise adds after them."""
LEAST_STICKINESS, STICKINESSES = 60, 180
LEAST_MARGIN, MARGINS = 20, 580
"""The location score exceeds the summed stickiness by 20 to 599."""
TOGETHER = 2
"""The number of resources whose stickiness is added up in the lesson (walkthrough, step 7.1)."""
_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True)
class Scores:
    """The stickiness of each resource, and the location score: more than the stickiness of both resources."""

    stickiness: int
    location: int

    @property
    def answer(self) -> int:
        """The lowest stickiness with which the pair stays where it is: more than half of the location score."""
        return self.location // TOGETHER + 1


@dataclass(frozen=True)
class Personal:
    """The values of one student. `host` and `site` make the host names; `hosts` are numbers of hosts in the network."""

    student: Student
    seed: bytes
    network: IPv4Network
    host: str
    site: str
    hosts: tuple[int, ...]
    scores: Scores
    faults: tuple[str, ...]
    drill_seed: int

    def name(self, node: int) -> str:
        """The full name of a node; `node` counts from 1."""
        return f"{self.host}{node}.{self.site}.example"

    def address(self, place: int) -> IPv4Address:
        """The floating address (place 0), or the address of a node (from 1 on; the witness follows the nodes)."""
        return self.network[self.hosts[place]]


def personal(class_: ClassFile) -> tuple[Personal, ...]:
    """The values of all students of a class, in its order. No two have the same network, names or scores."""
    networks, names = list(RANGE.subnets(new_prefix=PREFIX)), _names()
    scores = STICKINESSES * MARGINS
    taken: dict[str, set[Hashable]] = {"network": set(), "names": set(), "scores": set()}

    def one(student: Student) -> Personal:
        seed = student_seed(class_.seed, student.name)

        def free(purpose: str, below: int, value: Callable[[int], _T]) -> _T:
            attempt = 0
            while (found := value(number(seed, purpose, below, attempt))) in taken[purpose]:
                attempt += 1
            taken[purpose].add(found)
            return found

        host, site = free("names", len(names), lambda n: names[n])
        return Personal(
            student,
            seed,
            free("network", len(networks), lambda n: networks[n]),
            host,
            site,
            _hosts(seed),
            free("scores", scores, _scores),
            order(seed, "faults", class_.pool)[: class_.each],
            number(seed, "drill", 2**32),
        )

    return tuple(map(one, class_.students))


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """All pairs of a host name and a site."""
    words = fast_yaml.read(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))
    return tuple((host, site) for host in words["hosts"] for site in words["sites"])


def _hosts(seed: bytes) -> tuple[int, ...]:
    """Different hosts for the floating address, for as many nodes as a lab can have, and for a witness."""
    ordered = order(seed, "hosts", map(str, range(FIRST_HOST, FIRST_HOST + HOSTS)))
    return tuple(map(int, ordered[: MOST_NODES + 2]))


def _scores(drawn: int) -> Scores:
    stickiness = LEAST_STICKINESS + drawn // MARGINS
    return Scores(stickiness, TOGETHER * stickiness + LEAST_MARGIN + drawn % MARGINS)
