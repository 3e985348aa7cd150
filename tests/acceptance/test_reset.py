"""`./lab reset`: back to the state after an early step, and forth to the end state."""

from __future__ import annotations

import pytest

from cli.context import Context
from provision import reset
from provision.facts import gather
from provision.plan import plan
from provision.steps.registry import find
from tests.support.healthy_lab import healthy

pytestmark = pytest.mark.smoke
DEADLINE = 120.0


def test_back_to_step_6_1_and_forth_to_the_end(context: Context) -> None:
    session, step = context.session, find("6.1")
    address, web = (session.lab.resource(kind).id for kind in ("address", "web"))
    try:
        with context.exclusive():
            assert reset.run(session, step) > 0
        facts = gather(session)
        assert facts.cib is not None
        assert [one.id for one in facts.cib.resources] == [address]
        assert facts.cib.constraints == ()
        later = [part.step.id for part in plan(session, facts).steps]
        assert "floating-address" not in later
        assert {"web-server", "colocation", "order", "location"} <= set(later)
        assert facts.state is not None
        assert facts.state.where(web) == ()
    finally:
        back_to_the_end(context)


def test_reset_to_step_3_and_then_to_the_end_state(context: Context) -> None:
    session = context.session
    try:
        with context.exclusive():
            assert reset.run(session, find("3")) > 0
        facts = gather(session)
        assert facts.cib is not None
        assert facts.cib.resources == ()
        assert "stonith-enabled" not in facts.cib.properties
        assert facts.state is not None
        assert [one for one in facts.state.placements if facts.state.where(one.resource)] == []
    finally:
        back_to_the_end(context)


def back_to_the_end(context: Context) -> None:
    """Reset to the end state, and wait for a healthy lab."""
    session = context.session
    with context.exclusive():
        reset.run(session)
    seen = healthy(context)
    assert plan(session, gather(session)).empty
    assert len(set(seen.resources.values())) == 1, "step 7.1: both resources on one node"
