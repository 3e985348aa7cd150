"""The values of the CIB that publishers give recommendations for. See `cluster.audited`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from cluster import scores
from cluster.audited_value import Value, known, unknown
from cluster.cib_elements import options
from cluster.xml import Element, OutputError
from inventory.config.cluster_properties import boolean, milliseconds
from inventory.host.versions import numbers
from inventory.model import INFINITY

PROPERTIES, RESOURCES, OPERATIONS = (
    ("crm_config", "cluster_property_set"),
    ("rsc_defaults", "meta_attributes"),
    ("op_defaults", "meta_attributes"),
)
ADDRESS_AGENTS = ("IPaddr", "IPaddr2", "aws-vpc-move-ip")
DEFAULT_TIMEOUT = "20s"
"""The time-out of an operation when nothing sets one."""
CONCURRENT_SINCE = "2.0.0"
"""From this release of pacemaker on, concurrent-fencing is true by default."""
DELAYS = ("pcmk_delay_base", "pcmk_delay_max")


class _Unclear(Exception):
    """The CIB has a value only under a rule, or twice."""


def _option(cib: Element, where: tuple[str, str], name: str) -> str | None:
    section, tag = where
    pairs, odd = options(cib.findall(f"configuration/{section}/{tag}"))
    if any(re.search(rf"(?<![\w-]){name}=", line) for line in odd):
        raise _Unclear(f"{name} is set under a rule, or more than once")
    return pairs.get(name)


def _seconds(text: str) -> float | None:
    found = milliseconds(text)
    return None if found is None else found / 1000


def _time(text: str | None, default: str) -> Value:
    """A time, compared in seconds."""
    seconds = _seconds(text or default)
    shown = text or f"not set: {default}"
    return unknown(f"{text!r} is not a time") if seconds is None else known(shown, seconds)


def _primitives(cib: Element, *, fencing: bool) -> Iterator[Element]:
    for one in cib.iterfind("configuration/resources//primitive"):
        if (one.get("class") == "stonith") is fencing:
            yield one


def _attributes(primitive: Element, tag: str) -> dict[str, str]:
    return options(primitive.findall(tag))[0]


def _devices(cib: Element) -> list[Element]:
    return [
        one
        for one in _primitives(cib, fencing=True)
        if _attributes(one, "meta_attributes").get("target-role", "").lower() != "stopped"
    ]


def _enabled(cib: Element) -> bool | None:
    text = (
        _option(cib, PROPERTIES, "fencing-enabled") or _option(cib, PROPERTIES, "stonith-enabled") or "true"
    )
    return boolean(text)


def _stonith_enabled(cib: Element) -> Value:
    new, old = (_option(cib, PROPERTIES, name) for name in ("fencing-enabled", "stonith-enabled"))
    truth = boolean(new or old or "true")
    if truth is None:
        return unknown(f"{new or old!r} is neither true nor false")
    return known(new or old or "not set: true", "true" if truth else "false")


def _with_fencing(read: Callable[[Element], Value]) -> Callable[[Element], Value]:
    """A setting that has no effect while fencing is off."""
    return lambda cib: unknown("fencing is off, so it has no effect") if _enabled(cib) is False else read(cib)


def _device_count(cib: Element) -> Value:
    names = [f"{one.get('id')} ({one.get('type')})" for one in _devices(cib)]
    watchdog = _option(cib, PROPERTIES, "stonith-watchdog-timeout")
    if watchdog and _seconds(watchdog.lstrip("-")):
        names.append("a watchdog (sbd)")
    return known(", ".join(names) or "none", len(names))


def _stonith_timeout(cib: Element) -> Value:
    return _time(_option(cib, PROPERTIES, "stonith-timeout"), "60s")


def _fencing_delay(cib: Element) -> Value:
    delay = _option(cib, PROPERTIES, "priority-fencing-delay")
    found = {"priority-fencing-delay": _seconds(delay or "0s") or 0.0}
    for device in _devices(cib):
        pairs = _attributes(device, "instance_attributes")
        for name in DELAYS:
            if seconds := _seconds(pairs.get(name, "0s")):
                found[f"{name} of {device.get('id')}"] = seconds
    said = ", ".join(f"{name} {seconds:g}s" for name, seconds in found.items() if seconds)
    return known(said or "none", max(found.values()))


def _concurrent_fencing(cib: Element) -> Value:
    text = _option(cib, PROPERTIES, "concurrent-fencing")
    if text is None:
        version = (_option(cib, PROPERTIES, "dc-version") or "").split("-")[0].split("+")[0]
        if not version:
            return unknown(
                "not set, and its default depends on pacemaker's version, which the CIB does not name"
            )
        default = "true" if numbers(version) >= numbers(CONCURRENT_SINCE) else "false"
        return known(f"not set: {default} in pacemaker {version}", default)
    truth = boolean(text)
    return (
        unknown(f"{text!r} is neither true nor false") if truth is None else known(text, str(truth).lower())
    )


def _no_quorum_policy(cib: Element) -> Value:
    text = _option(cib, PROPERTIES, "no-quorum-policy")
    return known(text or "not set: stop", text or "stop")


def _of_resources(cib: Element, name: str, default: str) -> Value:
    """The lowest score of an option over all resources: their own, that of their group or clone, or the default."""
    usual = _option(cib, RESOURCES, name)
    texts = {"": usual}
    for outer in cib.iterfind("configuration/resources/*"):
        own = _attributes(outer, "meta_attributes").get(name, usual)
        for one in outer.iter("primitive"):
            if one.get("class") != "stonith":
                texts[one.get("id", "")] = _attributes(one, "meta_attributes").get(name, own)
    if len(texts) > 1:
        del texts[""]
    try:
        found = {id_: scores.parse(text or default) for id_, text in texts.items()}
    except OutputError as error:
        return unknown(error.message)
    worst = min(found, key=lambda id_: found[id_])
    shown = texts[worst] or f"not set: {default}"
    return known(shown if len(set(texts.values())) == 1 else f"{shown} of {worst}", found[worst])


def _stickiness(cib: Element) -> Value:
    return _of_resources(cib, "resource-stickiness", "0")


def _migration_threshold(cib: Element) -> Value:
    found = _of_resources(cib, "migration-threshold", "INFINITY")
    return known(f"{found.text}: never", INFINITY) if found.compared == 0 else found


def _failure_timeout(cib: Element) -> Value:
    """The shortest failure-timeout of the fence devices; 0: a failure is never forgotten."""
    devices = _devices(cib)
    if not devices:
        return unknown("there is no fence device")
    default = _option(cib, RESOURCES, "failure-timeout")
    texts = {
        one.get("id", ""): _attributes(one, "meta_attributes").get("failure-timeout", default)
        for one in devices
    }
    seconds = {id_: _seconds(text or "0s") for id_, text in texts.items()}
    if wrong := [id_ for id_, found in seconds.items() if found is None]:
        return unknown(f"failure-timeout of {wrong[0]} is not a time: {texts[wrong[0]]!r}")
    said = ", ".join(f"{text or 'not set'} of {id_}" for id_, text in texts.items())
    return known(said, min(found or 0.0 for found in seconds.values()))


def _default_timeout(cib: Element) -> Value:
    return _time(_option(cib, OPERATIONS, "timeout"), DEFAULT_TIMEOUT)


def _address_monitors(cib: Element) -> list[tuple[str, Element | None]]:
    return [
        (
            one.get("id", ""),
            next((op for op in one.iterfind("operations/op") if op.get("name") == "monitor"), None),
        )
        for one in _primitives(cib, fencing=False)
        if one.get("type") in ADDRESS_AGENTS
    ]


def _of_monitors(cib: Element, read: Callable[[Element], float | None], worst: Callable[..., float]) -> Value:
    found = _address_monitors(cib)
    if not found:
        return unknown(f"no resource has an agent of {', '.join(ADDRESS_AGENTS)}")
    if idle := [id_ for id_, monitor in found if monitor is None]:
        return known(f"{idle[0]} has no monitor", -math.inf if worst is min else math.inf)
    values = {id_: read(monitor) for id_, monitor in found if monitor is not None}
    if wrong := [id_ for id_, value in values.items() if value is None]:
        return unknown(f"the monitor of {wrong[0]} has a value that is not a time")
    said = ", ".join(f"{value:g}s of {id_}" for id_, value in values.items())
    return known(said, worst(value for value in values.values() if value is not None))


def _monitor_interval(cib: Element) -> Value:
    return _of_monitors(cib, lambda one: _seconds(one.get("interval", "0s")), max)


def _monitor_timeout(cib: Element) -> Value:
    default = _option(cib, OPERATIONS, "timeout") or DEFAULT_TIMEOUT
    return _of_monitors(cib, lambda one: _seconds(one.get("timeout", default)), min)


def _told(read: Callable[[Element], Value]) -> Callable[[Element], Value]:
    def value(cib: Element) -> Value:
        try:
            return read(cib)
        except _Unclear as error:
            return unknown(str(error))

    return value


READERS: Mapping[str, Callable[[Element], Value]] = MappingProxyType(
    {
        name: _told(read)
        for name, read in {
            "stonith-enabled": _stonith_enabled,
            "fence devices": _with_fencing(_device_count),
            "stonith-timeout": _with_fencing(_stonith_timeout),
            "priority-fencing-delay": _with_fencing(_fencing_delay),
            "concurrent-fencing": _with_fencing(_concurrent_fencing),
            "failure-timeout": _with_fencing(_failure_timeout),
            "no-quorum-policy": _no_quorum_policy,
            "resource-stickiness": _stickiness,
            "migration-threshold": _migration_threshold,
            "op_defaults timeout": _default_timeout,
            "address monitor interval": _monitor_interval,
            "address monitor timeout": _monitor_timeout,
        }.items()
    }
)
