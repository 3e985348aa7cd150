"""Compares the checks that a bundle claims with its CIB: by what the cluster would do, else by comparison."""

from __future__ import annotations

from collections.abc import Mapping

from classroom import behaviour
from classroom.school import offline_checks
from classroom.school.findings import Finding
from classroom.school.offline import Offline
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from inventory.errors import LabError
from inventory.model import Lab
from inventory.platforms.base import Platform


def judged_again(
    claimed: Mapping[str, str], lab: Lab, platform: Platform, cib: str, offline: Offline
) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """The status of each check, and what is wrong with the claims.

    With crm_simulate a claimed PASS stays when the cluster does what the check wants, in whatever way. Without it, a
    CIB that is not like lab.yaml leaves the claim unproven: UNKNOWN.
    """
    try:
        if others := offline_checks.strangers(lab, cib):
            nodes = tuple(f"node {one}" for one in others)
            return _all(claimed, UNKNOWN), (Finding("other-values", "its CIB is from another lab", nodes),)
        seen = offline_checks.problems(lab, platform, cib)
        if offline.simulate is not None and any(claimed.get(name) == PASS and seen[name] for name in seen):
            return _by_behaviour(claimed, seen, behaviour.problems(cib, lab, offline.simulate))
    except LabError as error:
        return _all(claimed, UNKNOWN), (Finding("incomplete", "its CIB cannot be judged", (error.message,)),)
    unproven = {name: lines for name, lines in seen.items() if lines and claimed.get(name) == PASS}
    found = tuple(
        Finding(
            "unproven-result",
            f"checks.json says PASS for {name}; the CIB differs from lab.yaml, and crm_simulate is not here to tell"
            " whether it has the same effect",
            lines,
        )
        for name, lines in unproven.items()
    )
    return {name: UNKNOWN if name in unproven else status for name, status in claimed.items()}, found


def _by_behaviour(
    claimed: Mapping[str, str], compared: Mapping[str, tuple[str, ...]], acts: Mapping[str, tuple[str, ...]]
) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """What behaviour decides where it knows the check; the others (cluster properties) are decided by comparison."""
    wrong = {
        name: lines
        for name in claimed
        if claimed[name] == PASS
        and (lines := acts.get(name, ()) if name in behaviour.CHECKS else compared.get(name, ()))
    }
    found = tuple(
        Finding("edited-result", f"checks.json says PASS for {name}, and the CIB says something else", lines)
        for name, lines in wrong.items()
    )
    return {name: FAIL if name in wrong else status for name, status in claimed.items()}, found


def _all(claimed: Mapping[str, str], status: str) -> Mapping[str, str]:
    return dict.fromkeys(claimed, status)
