"""Finds what a CIB has and lab.yaml does not have, without the values that only differ from lab.yaml.

Pure. A step of the walkthrough corrects different values; only a replacement of the configuration removes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cluster.configuration import Configuration, Primitive, differences
from cluster.services import as_written, label, line_label, named
from inventory.model import Colocation, Constraint, Location, Order


def known_part(want: Configuration, have: Configuration) -> Configuration:
    """Give the part of `have` that `want` has too, with the values of `have`. Everything else is foreign.

    A constraint is known when `want` has one for the same resources, and all its resources are known.
    """
    known = as_written(want, _known(want, have))
    ids = {one.id for one in known.resources} | named(known)
    return _with_constraints(known, lambda constraint: _resources(constraint) <= ids)


def foreign(want: Configuration, have: Configuration) -> tuple[str, ...]:
    """Give what `have` has and `want` does not have, one line each."""
    return tuple(
        line.replace(": not wanted, found ", "=").replace(": not wanted", "")
        for line in differences(_known(want, have), have)
    )


def _known(want: Configuration, have: Configuration) -> Configuration:
    wanted = {resource.id: resource for resource in want.resources}
    # A resource from a template has no own agent, so it cannot exist without the template.
    resources = [r for r in have.resources if r.id in wanted and not r.agent.startswith("template ")]
    known = replace(
        have,
        properties={name: value for name, value in have.properties.items() if name in want.properties},
        defaults={name: value for name, value in have.defaults.items() if name in want.defaults},
        resources=tuple(
            one if label(one) in want.written else known_resource(wanted[one.id], one) for one in resources
        ),
        node_attributes={},
        transient={},
        others=tuple(one for one in have.others if line_label(one) in want.written),
    )
    return _with_constraints(known, lambda constraint: in_place_of(constraint, want.constraints))


def _with_constraints(configuration: Configuration, stays: Callable[[Constraint], bool]) -> Configuration:
    return replace(
        configuration,
        colocations=tuple(one for one in configuration.colocations if stays(one)),
        orders=tuple(one for one in configuration.orders if stays(one)),
        locations=tuple(one for one in configuration.locations if stays(one)),
    )


def in_place_of(constraint: Constraint, wanted: Iterable[Constraint]) -> bool:
    """Tell whether a constraint is for the same resources as one of the wanted constraints."""
    return any(about_the_same(constraint, one) for one in wanted)


def about_the_same(one: Constraint, other: Constraint) -> bool:
    """Tell whether two constraints are for the same resources (and node); their scores may differ."""
    if isinstance(one, Location) and isinstance(other, Location):
        return one.id == other.id or (one.resource, one.node) == (other.resource, other.node)
    if isinstance(one, Colocation) and isinstance(other, Colocation):
        return {one.resource, one.with_resource} == {other.resource, other.with_resource}
    if isinstance(one, Order) and isinstance(other, Order):
        return {one.first, one.then} == {other.first, other.then}
    return False


def known_resource(want: Primitive, have: Primitive) -> Primitive:
    """Give a stored resource without its foreign parts: attributes and time-outs of operations, utilization ..."""
    good = {name: time for name, time in have.timeouts.items() if want.good_timeout(name, time)}
    clone = have.clone and want.clone
    return replace(have, timeouts=good, others=(), clone=clone, advised=want.advised)


def _resources(constraint: Constraint) -> set[str]:
    if isinstance(constraint, Colocation):
        return {constraint.resource, constraint.with_resource}
    if isinstance(constraint, Order):
        return {constraint.first, constraint.then}
    return {constraint.resource}
