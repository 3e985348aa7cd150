"""How long the systems take to stop and start the web server and the address: for predictions and budgets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceTimes:
    """How long a system takes to stop and to start the web server and the address (seconds; least and most).

    `why` explains times that differ from the default, for people; "" for the default, that of init scripts.
    `graceful_budget` is the longest allowed outage of a graceful stop, when lab.yaml has no budget for it.
    """

    stop: tuple[float, float] = (0.05, 3.0)
    start: tuple[float, float] = (0.05, 2.0)
    why: str = ""
    graceful_budget: float = 5.0


POLL_S = 2.0
"""pacemaker asks again after 2 s when a unit is still starting or stopping (execd_commands.c, up to 2.1.x)."""
GRACEFUL_S = 1.0
"""httpd's unit stops it by SIGWINCH; httpd then looks each second whether its children are gone (server/mpm/event)."""
DEFAULT_TIMES = ServiceTimes()
HTTPD = ServiceTimes(
    stop=(GRACEFUL_S, DEFAULT_TIMES.stop[1] + GRACEFUL_S + POLL_S),
    start=(DEFAULT_TIMES.start[0], DEFAULT_TIMES.start[1] + POLL_S),
    why="httpd's unit stops it gracefully, in steps of 1 s; pacemaker asks systemd again after 2 s",
    graceful_budget=DEFAULT_TIMES.graceful_budget + GRACEFUL_S + 2 * POLL_S,
)
