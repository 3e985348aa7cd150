"""What an agent's metadata says: its options, and its operations with their advised time-outs.

Pure. Source: the OCF Resource Agent API ("Metadata"); `crm_resource --show-metadata AGENT`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from inventory.config.cluster_properties import boolean
from inventory.services import PROMOTED, UNPROMOTED, Service

UNKNOWN = "!"
"""What a node says in place of the metadata of an agent that it does not have (provision/agent_metadata.sh)."""

_TAG = re.compile(r"<(parameter|action)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"']([^\"']*)[\"']")
_ROLES = {"Master": PROMOTED, "Slave": UNPROMOTED}
TRACING = ("trace_ra", "trace_file")
"""Options that every agent of ocf:heartbeat has: resource-agents' ocf-shellfuncs read them."""
_NEVER = frozenset({"meta-data", "validate-all", "status"})


def _tags(metadata: str, wanted: str) -> list[dict[str, str]]:
    return [dict(_ATTRIBUTE.findall(rest)) for name, rest in _TAG.findall(metadata) if name == wanted]


def options(metadata: str) -> dict[str, bool]:
    """The agent's options, each with whether it is required."""
    found = _tags(metadata, "parameter")
    return {one["name"]: boolean(one.get("required", "")) is True for one in found if "name" in one}


def actions(metadata: str) -> frozenset[str]:
    """The operations that the agent has and the cluster may run."""
    return frozenset(one.get("name", "") for one in _tags(metadata, "action")) - _NEVER - {""}


def timeout(metadata: str, operation: str, role: str = "") -> str:
    """The advised time-out of an operation in a role; "" without one."""
    found = [one for one in _tags(metadata, "action") if one.get("name") == operation and "timeout" in one]
    exact = [one for one in found if _ROLES.get(one.get("role", ""), one.get("role", "")) == role]
    return next((one["timeout"] for one in (*exact, *found)), "")


def mistakes(service: Service, metadata: str) -> Iterator[str]:
    """What is wrong with a resource by its agent's metadata: unknown or missing options, operations it has not."""
    known = options(metadata)
    for name in service.options:
        if name not in known and name not in TRACING:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(sorted(known)) or 'none'}"
            yield f"{service.id}: the agent {service.agent} has no option {name}; {hint}"
    for name, required in known.items():
        if required and name not in service.options:
            yield f"{service.id}: the agent {service.agent} needs the option {name}"
    able = actions(metadata)
    for operation in service.operations:
        if able and operation["name"] not in able:
            yield (
                f"{service.id}: the agent {service.agent} has no operation {operation['name']};"
                f" it has: {', '.join(sorted(able))}"
            )
