"""Words that the lab shows to people as values: states, results, quantities, two names. Other texts need no list.

A value that is one word and does not stand here is a name, and no language translates it.
"""

from __future__ import annotations

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
"""A number of nodes as a word."""
WORDS = frozenset(
    {
        "none", "unknown", "online", "running", "paused", "off", "on", "missing",
        "stopped", "hung", "healthy", "interrupted", "yes", "no", "nobody", "seen", "refused",
        "counted", "partly", "open", "prediction",
        "timeout", "unreachable", "reset", "http_error", "wrong_body", "http error", "wrong body", "failed",
        "connecting", "reconnected",
        "quorum", "budget", "probe", "predicted", "measured", "outage", "node", "seed",
        "fault", "name", "fail counts", "repeat", "address", "answers", "machines", "minimum",
        "median", "maximum", "total", "verdict", "two answers", "times", "fenced", "scenario",
        "phase", "lab", "injected", "detected", "decided", "answer", "{one} and {other}",
        *NUMBERS[2:],  # a lab has two nodes or more
        "lost", "membership", "noticed", "started", "announced", "answered",
    }
)  # fmt: skip
