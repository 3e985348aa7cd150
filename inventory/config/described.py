"""What a record keeps of lab.yaml: all values that can change what a drill measures, by their keys in lab.yaml.

Addresses, the folder and the lab's number are left out: labs of one folder are the same lab at other addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from inventory.model import Lab

_PARTS = ("corosync", "properties", "stickiness", "resources", "colocations", "orders", "locations", "drill")


def described(lab: Lab) -> dict[str, str]:
    """The values of a lab's description by key, as texts."""
    parts: dict[str, Any] = {name: _plain(getattr(lab, name)) for name in _PARTS}
    parts["services"] = asdict(lab.services)
    machine = {"memory_mb": lab.memory_mb, "cpus": lab.machine.cpus}
    if lab.witness is not None:
        parts["witness"] = {"algorithm": lab.witness.algorithm}
    return dict(_flat({"nodes": [node.name for node in lab.nodes], **machine, **parts}))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(one) for one in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for at, one in enumerate(value):
            yield from _flat(one, f"{path}[{at}]")
    else:
        yield path, f"{value:g}" if isinstance(value, float) else str(value)
