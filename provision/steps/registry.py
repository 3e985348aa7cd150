"""The steps of the walkthrough, in its order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inventory.errors import ConfigError
from inventory.model import Lab
from provision.steps import (
    constraints,
    corosync_conf,
    leftovers,
    names,
    node_script,
    packages,
    pages,
    properties,
    resources,
    services,
    ssh,
    start,
)
from provision.steps.base import Step

STEPS: tuple[Step, ...] = (
    names.STEP,
    ssh.STEP,
    packages.STEP,
    corosync_conf.CONFIGURATION,
    corosync_conf.AUTHKEY,
    corosync_conf.LOG_DIRECTORY,
    start.STEP,
    leftovers.STEP,
    properties.STONITH,
    resources.AGENTS,
    resources.ADDRESS,
    properties.POLICY,
    properties.STICKINESS,
    pages.STEP,
    resources.WEB,
    constraints.COLOCATION,
    constraints.ORDER,
    constraints.LOCATION,
)

_NODES, _START = STEPS[: STEPS.index(start.STEP)], (start.STEP, pages.STEP)
CONFIGURATION = tuple(step for step in STEPS if step not in (*_NODES, *_START, leftovers.STEP))
"""The steps that change only the CIB."""
_STAGES: tuple[tuple[Step, ...], ...] = (_NODES, _START, (leftovers.STEP,), CONFIGURATION)
"""The nodes before the cluster starts; the start of the cluster, and the pages while it elects its DC; the removal of
leftovers; the configuration."""


OF_WEB = (pages.STEP, resources.WEB)
"""The steps for the web server."""
BEYOND: tuple[Step, ...] = (node_script.STEP, services.STEP)
"""The steps after those of the document, for what lab.yaml has beyond it."""


def for_lab(lab: Lab) -> tuple[Step, ...]:
    """The steps that make a lab: those of the document, and those for resources of any agent if it has some."""
    of_document = STEPS if lab.has("web") else tuple(step for step in STEPS if step not in OF_WEB)
    return (*of_document, *BEYOND) if lab.services.any else of_document


def stages(steps: Sequence[Step]) -> tuple[tuple[Step, ...], ...]:
    """Group the steps into stages: the steps of a stage are applied together, the stages one after another."""
    found = (
        tuple(step for step in stage if step in steps) for stage in (*_STAGES, *((step,) for step in BEYOND))
    )
    return tuple(stage for stage in found if stage)


def find(name: str) -> Step:
    """The step of an id or number. A number with sub-steps means the last of them ("6" is 6.5).

    A number of the document that changes nothing ("6.2", a look) means the step before it. Raises ConfigError.
    """
    known = (*STEPS, *BEYOND)
    for step in known:
        if name in (step.id, step.number):
            return step
    below = [step for step in known if step.number.startswith(f"{name}.")]
    if below:
        return below[-1]
    before = [
        step for step in known if _key(name)[:1] == _key(step.number)[:1] and _key(step.number) <= _key(name)
    ]
    if before and re.fullmatch(r"[0-9.]+", name):
        return before[-1]
    listed = ", ".join(f"{step.number} {step.id}" for step in known)
    raise ConfigError(f"There is no step {name!r}.", hint=f"The steps are: {listed}")


def _key(number: str) -> tuple[int, ...]:
    """A step's number for comparisons: "7a" and "7b" come before "7.1.1"."""
    return tuple(int(part) for part in re.findall(r"\d+", number))


def until(last: Step) -> tuple[Step, ...]:
    """The steps up to a step, including it."""
    known = (*STEPS, *BEYOND)
    return known[: known.index(last) + 1]
