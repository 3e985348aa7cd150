"""The differences in the tools of an older system; the defaults are those of a current system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NodeTools:
    """The differences in the tools of a node, and what a host needs for them."""

    repository_why: str = "enable the repository of the cluster's packages"
    """The reason that is printed when the platform's repository is set up."""
    kills_later: bool = True
    """Its timeout(1) has -k: SIGTERM first, and SIGKILL some seconds later (from coreutils 8.5 on)."""
    ssh_options: Mapping[str, str] = field(default_factory=dict)
    """Options of this host's ssh client that the node's server needs (ssh_config(5))."""
    needs_vsyscall: bool = False
    """Its C library calls the kernel's vsyscall page, which a current kernel may not have."""
    least_times: Mapping[str, str] = field(default_factory=dict)
    """Cluster properties of which its pacemaker refuses shorter times, with the shortest one that it accepts."""
    recomputes_without_quorum: bool = True
    """Its pacemaker computes its actions again as soon as quorum is lost."""
    one_change: bool = True
    """Its pcs takes a file in place of the CIB, and its exit status is reliable: several commands can be brought into
    the CIB as one change."""

    keys_expire: bool = True
    """Its sshd knows the option expiry-time of authorized_keys (from OpenSSH 7.7 on)."""
    maintains_nodes: bool = True
    """Its pacemaker knows the node attribute maintenance."""
    fail_count_of_operation: bool = True
    """Its pacemaker keeps a fail count for each operation (from 1.1.17 on), not one for the resource."""


CURRENT = NodeTools()
"""The tools of a current system."""
