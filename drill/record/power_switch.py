"""A row of a record: a switch of a node's power."""

from __future__ import annotations

from msgspec import Struct

BY_BMC, BY_DRILL, BY_CLUSTER = "BMC", "drill", "cluster"
_WHO = {BY_BMC: "the BMC", BY_DRILL: "the drill", BY_CLUSTER: "the cluster"}


class PowerSwitch(Struct, frozen=True, forbid_unknown_fields=True):
    """The power of a node was switched on or off, by its BMC or by the drill; at a moment between `asked` and `at`.

    A node that was switched off certainly has no power, and so no address, from `at` until the next switch on is asked
    for. `at` is None when nothing says when the switch was done. `by` is BY_BMC, BY_DRILL, or BY_CLUSTER: a fence
    device of an adopted cluster. Its switches are in the cluster's own fence history; their times are those of the
    nodes' journals, when these have them.
    """

    asked: float
    at: float | None
    node: str
    on: bool
    by: str = BY_BMC

    @property
    def summary(self) -> str:
        """The switch in one line, for people."""
        word, who = "on" if self.on else "off", _WHO.get(self.by, self.by)
        if self.at is None and self.by == BY_CLUSTER:
            return f"{self.node}: switched {word} by the cluster, at an unknown time"
        if self.at is None:
            return f"{self.node}: to be switched {word} by {who} at {self.asked:.2f} s, not reported as done"
        return f"{self.node}: switched {word} by {who} between {self.asked:.2f} and {self.at:.2f} s"
