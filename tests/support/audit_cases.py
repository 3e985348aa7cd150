"""Public configurations as cases of the audit: shortened facts in YAML, written as corosync.conf and as a CIB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import quoteattr

from language import fast_yaml
from tests.support.example_lab import CASES

STATUSES = ("PASS", "FAIL", "UNKNOWN")


@cache
def cases() -> tuple[Mapping[str, Any], ...]:
    """The cases of tests/cases/audit.yaml."""
    return tuple(fast_yaml.read((CASES / "audit.yaml").read_text(encoding="utf-8")))


def expected(case: Mapping[str, Any]) -> dict[str, str]:
    """The status of each setting."""
    return {name: status for status in STATUSES for name in case["expected"].get(status, ())}


def corosync_conf(facts: Mapping[str, Any] | None) -> str | None:
    """A corosync.conf: `nodes` is the number of nodes, each with `links` addresses (default 1)."""
    if facts is None:
        return None
    totem = "".join(f"  {name}: {value}\n" for name, value in facts.get("totem", {}).items())
    totem += "  interface {\n    ringnumber: 0\n  }\n" * facts.get("interfaces", 0)
    text = f"totem {{\n{totem}}}\n"
    if "nodes" in facts:
        rings = range(facts.get("links", 1))
        nodes = (
            "  node {\n"
            + "".join(f"    ring{ring}_addr: 192.0.2.{16 * ring + number}\n" for ring in rings)
            + f"    nodeid: {number}\n  }}\n"
            for number in range(1, facts["nodes"] + 1)
        )
        text += f"nodelist {{\n{''.join(nodes)}}}\n"
    if "quorum" in facts:
        rows = "".join(f"  {name}: {value}\n" for name, value in facts["quorum"].items())
        text += f"quorum {{\n{rows}}}\n"
    return text


def cib(facts: Mapping[str, Any] | None) -> str | None:
    """A CIB. A resource has `id`, `agent` ("stonith:fence_gce"), `options`, `meta`, `monitor` ("10s 20s")."""
    if facts is None:
        return None
    properties = _set("cluster_property_set", "cib-bootstrap-options", facts.get("properties", {}))
    return (
        f"<cib><configuration><crm_config>{properties}</crm_config><nodes/>"
        f"<resources>{''.join(_primitive(one) for one in facts.get('resources', ()))}</resources><constraints/>"
        f"<rsc_defaults>{_set('meta_attributes', 'rsc-options', facts.get('rsc_defaults', {}))}</rsc_defaults>"
        f"<op_defaults>{_set('meta_attributes', 'op-options', facts.get('op_defaults', {}))}</op_defaults>"
        "</configuration></cib>"
    )


def _set(tag: str, id_: str, pairs: Mapping[str, Any]) -> str:
    if not pairs:
        return ""
    rows = "".join(
        f"<nvpair id={quoteattr(f'{id_}-{name}')} name={quoteattr(name)} value={quoteattr(str(value))}/>"
        for name, value in pairs.items()
    )
    return f"<{tag} id={quoteattr(id_)}>{rows}</{tag}>"


def _primitive(one: Mapping[str, Any]) -> str:
    words = one["agent"].split(":")
    provider = f" provider={quoteattr(words[1])}" if len(words) == 3 else ""
    monitor = ""
    if "monitor" in one:
        interval, _, timeout = one["monitor"].partition(" ")
        limit = f" timeout={quoteattr(timeout)}" if timeout else ""
        monitor = f'<operations><op id="{one["id"]}-monitor" name="monitor" interval="{interval}"{limit}/></operations>'
    return (
        f'<primitive id="{one["id"]}" class="{words[0]}"{provider} type="{words[-1]}">'
        f"{_set('instance_attributes', one['id'] + '-options', one.get('options', {}))}"
        f"{_set('meta_attributes', one['id'] + '-meta', one.get('meta', {}))}{monitor}</primitive>"
    )
