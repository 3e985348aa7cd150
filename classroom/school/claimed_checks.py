"""Compares the checks that a bundle claims with its CIB: by what the cluster would do, else by comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classroom import behaviour, working_conf
from classroom.school import offline_checks
from classroom.school.findings import Finding
from classroom.school.offline import Offline
from drill.checks.verdict import FAIL, PASS, UNKNOWN
from inventory.errors import LabError
from inventory.model import Lab
from inventory.platforms.base import Platform


@dataclass(frozen=True)
class Configuration:
    """The configuration in a bundle: the CIB as XML, and corosync.conf ("": it has none)."""

    cib: str
    conf: str = ""


def judged_again(
    claimed: Mapping[str, str], lab: Lab, platform: Platform, stored: Configuration, offline: Offline
) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """The status of each check, and what is wrong with the claims.

    A CIB that is like lab.yaml proves a claim. Where the CIB differs in anything, crm_simulate decides, as in
    `./lab check`: a claimed PASS stays when the cluster does what the check wants, by whatever configuration. Without
    crm_simulate such a claim is unproven: UNKNOWN.
    """
    cib = stored.cib
    try:
        if others := offline_checks.strangers(lab, cib):
            nodes = tuple(f"node {one}" for one in others)
            return _all(claimed, UNKNOWN), (Finding("other-values", "its CIB is from another lab", nodes),)
        compared = offline_checks.compared(lab, platform, cib)
        unproven = _unproven(claimed, compared)
        if offline.simulate is not None and unproven:
            keeps_quorum = working_conf.keeps_quorum([stored.conf] if stored.conf else [])
            acts = behaviour.problems(cib, lab, offline.simulate, keeps_quorum=keeps_quorum)
            return _by_behaviour(claimed, compared.by_check, acts)
    except LabError as error:
        return _all(claimed, UNKNOWN), (Finding("incomplete", "its CIB cannot be judged", (error.message,)),)
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


def _unproven(claimed: Mapping[str, str], compared: offline_checks.Compared) -> Mapping[str, tuple[str, ...]]:
    """The claims of PASS that the comparison alone does not prove, each with the lines of the CIB that differ."""
    lines = {
        name: (*compared.by_check.get(name, ()), *(compared.more if name in behaviour.CHECKS else ()))
        for name in claimed
    }
    return {name: those for name, those in lines.items() if those and claimed[name] == PASS}


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
