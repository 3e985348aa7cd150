"""Reads the CIB's XML: the whole configuration, its version, its failures and its fail counts.

Source: `cibadmin -Q` of pacemaker 1.1.8 to 3.0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

from cluster import cib_status
from cluster.cib_constraints import clone_id, constraint, renamed
from cluster.cib_elements import expand, line, options
from cluster.cib_resources import primitive
from cluster.configuration import Configuration, Primitive
from cluster.crm_mon import Failure
from cluster.values import without_defaults
from cluster.xml import Element, element, whole
from inventory.model import Colocation, Constraint, Location, Order

COMMAND = ("cibadmin", "-Q")
"""The command that prints the CIB, on every generation."""
BOOKKEEPING = frozenset(
    {
        "dc-version",
        "cluster-infrastructure",
        "cluster-name",
        "have-watchdog",
        "expected-quorum-votes",
        "last-lrm-refresh",
    }
)
"""Properties that the cluster and its tools set by themselves."""
_SECTIONS = frozenset({"crm_config", "nodes", "resources", "constraints", "rsc_defaults"})
"""Sections that are modelled; everything else in a configuration is in `others`."""
_SETS = frozenset({"meta_attributes", "instance_attributes", "cluster_property_set"})


@dataclass(frozen=True)
class Cib:
    """A CIB: its configuration, its version (admin_epoch, epoch, num_updates), and the constraints' ids.

    `nodes` are the elements of <nodes> (id, uname, type), `bookkeeping` the properties that the cluster set itself.
    `leftovers` are the ids of constraints that a move or a ban left behind (cli-prefer-, cli-ban-, cli-standby-).
    `promotion_scores` are those of the agents of promotable clones, by (primitive, node).
    """

    configuration: Configuration
    version: tuple[int, int, int]
    constraints: tuple[tuple[Constraint, str], ...]
    failcounts: Mapping[tuple[str, str], int]
    failures: tuple[Failure, ...] = ()
    nodes: tuple[Mapping[str, str], ...] = ()
    bookkeeping: Mapping[str, str] = field(default_factory=dict)
    leftovers: tuple[str, ...] = ()
    promotion_scores: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def ids(self, constraint: Constraint) -> tuple[str, ...]:
        """Give the ids under which a constraint is stored; none when it is not."""
        return tuple(id for known, id in self.constraints if known == constraint)


def parse(text: str) -> Cib:
    """Read the output of `cibadmin -Q`. Raises OutputError when it is not a CIB."""
    root = element(text, "cibadmin", ("cib",))
    section = root.find("configuration")
    found = ElementTree.Element("configuration") if section is None else section
    expand(found)
    others: list[str] = []
    properties = _options(found, "crm_config", "cluster_property_set", others)
    clones = _plain_clones(found)
    constraints = _constraints(
        found, others, {clone.get("id", ""): inner.get("id", "") for clone, inner in clones}
    )
    configuration = Configuration(
        properties={n: value for n, value in without_defaults(properties).items() if n not in BOOKKEEPING},
        defaults=without_defaults(_options(found, "rsc_defaults", "meta_attributes", others)),
        resources=_resources(found, others, clones),
        colocations=tuple(sorted((c for c, _ in constraints if isinstance(c, Colocation)), key=repr)),
        orders=tuple(sorted((c for c, _ in constraints if isinstance(c, Order)), key=repr)),
        locations=tuple(sorted((c for c, _ in constraints if isinstance(c, Location)), key=repr)),
        node_attributes=_node_attributes(found, others, cib_status.promotable_ids(root)),
        others=tuple(sorted([*others, *_unknown_sections(found)])),
        transient=cib_status.transient_attributes(root),
    )
    return Cib(
        configuration,
        version=(whole(root, "admin_epoch"), whole(root, "epoch"), whole(root, "num_updates")),
        constraints=tuple(constraints),
        failcounts=cib_status.failcounts(root),
        failures=cib_status.failures(root),
        nodes=tuple(dict(node.attrib) for node in found.findall("nodes/node")),
        bookkeeping={name: value for name, value in properties.items() if name in BOOKKEEPING},
        leftovers=tuple(
            item.get("id", "")
            for item in found.findall("constraints/*")
            if item.get("id", "").startswith("cli-")
        ),
        promotion_scores=cib_status.promotion_scores(root),
    )


def _options(configuration: Element, section: str, tag: str, others: list[str]) -> dict[str, str]:
    """The options of a section's sets. Everything that is not a plain option is added to `others`."""
    found = configuration.findall(f"{section}/*")
    pairs, odd = options([item for item in found if item.tag == tag])
    others += [f"{section}: {text}" for text in odd]
    others += [line(item) for item in found if item.tag != tag]
    return pairs


def _resources(
    configuration: Element, others: list[str], clones: Sequence[tuple[Element, Element]]
) -> tuple[Primitive, ...]:
    found = configuration.findall("resources/*")
    plain = [clone for clone, _ in clones]
    others += [line(item) for item in found if item.tag != "primitive" and item not in plain]
    primitives = [primitive(item) for item in found if item.tag == "primitive"]
    primitives += [replace(primitive(inner), clone=True) for _, inner in clones]
    return tuple(sorted(primitives, key=lambda one: one.id))


def _plain_clones(configuration: Element) -> list[tuple[Element, Element]]:
    """The clones with one primitive, pcs's id and only the option interleave=true; each with its primitive."""
    found = []
    for clone in configuration.findall("resources/clone"):
        inner = clone.findall("primitive")
        meta, odd = options(clone.findall("meta_attributes"))
        plain = not odd and meta == {"interleave": "true"} and set(clone.attrib) == {"id"}
        if (
            plain
            and len(inner) == 1
            and clone.get("id") == clone_id(inner[0].get("id", ""))
            and all(child.tag in ("primitive", "meta_attributes") for child in clone)
        ):
            found.append((clone, inner[0]))
    return found


def _constraints(
    configuration: Element, others: list[str], clones: Mapping[str, str]
) -> list[tuple[Constraint, str]]:
    """The constraints. When one names a plain clone, it is returned with the id of the resource in the clone."""
    known: list[tuple[Constraint, str]] = []
    for item in configuration.findall("constraints/*"):
        found = constraint(item)
        if found is None:
            others.append(line(item))
        else:
            known.append((renamed(found, clones), item.get("id", "")))
    return known


def _node_attributes(
    configuration: Element, others: list[str], promotable: Collection[str]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for node in configuration.findall("nodes/node"):
        name = node.get("uname", "")
        pairs, odd = options(node.findall("instance_attributes"))
        pairs = {name: value for name, value in pairs.items() if not cib_status.of_agent(name, promotable)}
        odd += [line(child) for child in node if child.tag != "instance_attributes"]
        odd += [f"{key}={value}" for key, value in node.attrib.items() if not _usual(key, value)]
        others += [f"node {name}: {text}" for text in odd]
        if without_defaults(pairs):
            found[name] = without_defaults(pairs)
    return dict(sorted(found.items()))


def _usual(name: str, value: str) -> bool:
    return name in ("id", "uname") or (name == "type" and value in ("normal", "member"))


def _unknown_sections(configuration: Element) -> Sequence[str]:
    """The content of the sections that are not modelled, without empty sets of options."""
    found: list[str] = []
    for section in configuration:
        if section.tag not in _SECTIONS:
            children = [child for child in section if len(child) or child.tag not in _SETS]
            found += [
                f"{section.tag}: {line(child)}" if child.tag in _SETS else line(child) for child in children
            ]
            if not len(section) and len(section.attrib):
                found.append(line(section))
    return found
