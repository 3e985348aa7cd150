"""Pacemaker's cluster properties: which exist and what each takes.

Source: Pacemaker Explained, "Cluster Options"; the sets of pacemaker 1.1 to 3.0 together.
"""

from __future__ import annotations

import re

from inventory.config.yaml_document import YamlNode, listed
from inventory.model import INFINITY

INTERVAL = 'a time above zero in pacemaker\'s notation, such as "30s", "500ms", "1min"'
DURATION = 'a time in pacemaker\'s notation, such as "2s", "500ms", "1min"'

_BOOLEAN = (
    "concurrent-fencing",
    "enable-acl",
    "enable-startup-probes",
    "fencing-enabled",
    "maintenance-mode",
    "remove-after-stop",
    "shutdown-lock",
    "start-failure-is-fatal",
    "startup-fencing",
    "stonith-enabled",
    "stop-all-resources",
    "stop-orphan-actions",
    "stop-orphan-resources",
    "symmetric-cluster",
)
_TIME = (
    "cluster-delay",
    "cluster-recheck-interval",
    "dc-deadtime",
    "election-timeout",
    "join-finalization-timeout",
    "join-integration-timeout",
    "node-pending-timeout",
    "priority-fencing-delay",
    "shutdown-escalation",
    "shutdown-lock-limit",
    "stonith-timeout",
    "stonith-watchdog-timeout",
    "transition-delay",
)
_WHOLE = (
    "batch-limit",
    "cluster-ipc-limit",
    "migration-limit",
    "pe-error-series-max",
    "pe-input-series-max",
    "pe-warn-series-max",
    "stonith-max-attempts",
)
_SCORE = (
    "node-health-base",
    "node-health-green",
    "node-health-yellow",
    "node-health-red",
)
_WORDS = {
    "no-quorum-policy": ("stop", "ignore", "freeze", "suicide", "demote"),
    "stonith-action": ("reboot", "off", "poweroff"),
    "fence-reaction": ("stop", "panic"),
    "placement-strategy": ("default", "utilization", "minimal", "balanced"),
    "node-health-strategy": ("none", "migrate-on-red", "only-green", "progressive", "custom"),
}
_OWN = {"cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog", "last-lrm-refresh"}
KNOWN = tuple(sorted({*_BOOLEAN, *_TIME, *_WHOLE, *_SCORE, *_WORDS, "load-threshold"}))

_TRUE, _FALSE = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0")
_UNITS = {
    "": 1000, "s": 1000, "sec": 1000, "ms": 1, "msec": 1, "us": 0.001, "usec": 0.001,
    "m": 60_000, "min": 60_000, "h": 3_600_000, "hr": 3_600_000,
}  # fmt: skip
_DURATION = re.compile(r"(\d+)\s*([a-z]*)")


def milliseconds(text: str) -> int | None:
    """Read a time in pacemaker's notation ("30s", "500ms", "1min"; a bare number is seconds).

    Milliseconds; None when the text is not such a time.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or match[2] not in _UNITS:
        return None
    return int(int(match[1]) * _UNITS[match[2]])


def boolean(text: str) -> bool | None:
    """Read a truth in any of pacemaker's spellings (true, on, yes, y, 1), in any case; None when it is none."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def properties(yaml_node: YamlNode) -> dict[str, str]:
    """Take the properties as pacemaker's own texts (false, not False); what it would not take is noted."""
    result = {}
    for name, value in yaml_node.pairs("cluster properties"):
        if name in _OWN:
            value.remark("pacemaker sets this property by itself; remove the key")
        elif name not in KNOWN:
            yaml_node.unknown(name, KNOWN, KNOWN)
        else:
            result[name] = _text(name, value)
    return result


def _text(name: str, yaml_node: YamlNode) -> str:
    text = str(yaml_node.value).lower() if isinstance(yaml_node.value, bool) else str(yaml_node.value)
    if isinstance(yaml_node.value, (dict, list)) or yaml_node.value is None:
        text = ""
    if name in _BOOLEAN:
        truth = boolean(text)
        if truth is not None:
            return "true" if truth else "false"
        yaml_node.wrong("true, false")
    elif name in _WORDS:
        if text not in _WORDS[name]:
            yaml_node.choice(_WORDS[name])
    elif name in _TIME:
        if milliseconds(text) is None:
            yaml_node.wrong(DURATION)
    elif name in _WHOLE:
        if not re.fullmatch(r"-?\d{1,9}", text):
            yaml_node.wrong("a whole number")
    elif name in _SCORE:
        if not re.fullmatch(r"[+-]?(INFINITY|\d{1,7})", text) or _beyond(text):
            yaml_node.wrong(f"a whole number from -{INFINITY} to {INFINITY}, INFINITY, -INFINITY")
    elif not re.fullmatch(r"\d{1,3}(\.\d+)?%", text):
        yaml_node.wrong(listed(["a percentage such as 80%"]))
    return text


def _beyond(score: str) -> bool:
    return score.lstrip("+-").isdecimal() and abs(int(score)) > INFINITY
