"""Judges what the nodes' system needs on this host. Pure; part of `inventory.host.doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.host.facts import HostFacts
from inventory.host.finding import Finding
from inventory.host.requirements import Requirements
from inventory.model import Lab
from inventory.platforms.base import Platform
from inventory.platforms.refusals import refusal

VSYSCALL_REMEDY = (
    "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&vsyscall=emulate /' /etc/default/grub"
    " && sudo update-grub && sudo reboot"
)
SHA1_REMEDY = "sudo update-crypto-policies --set DEFAULT:SHA1"


def platform_findings(
    facts: HostFacts, lab: Lab, platform: Platform, chosen: Requirements
) -> Iterator[Finding]:
    """Judge lab.yaml, this host's kernel and its ssh client for a platform."""
    if reason := refusal(platform, lab):
        yield Finding("lab.yaml", "bad", reason, "sed -i 's/two_node: true/two_node: false/' lab.yaml")
    if platform.tools.needs_vsyscall:
        yield _vsyscall(facts, platform, chosen)
    if platform.tools.ssh_options:
        yield _ssh_rsa(facts, platform)


def _vsyscall(facts: HostFacts, platform: Platform, chosen: Requirements) -> Finding:
    """The old C library jumps into the vsyscall page of the kernel on which it runs (kernel parameter vsyscall=)."""
    if not chosen.shares_kernel:
        found = (
            f"{platform.name} in a virtual machine has its own kernel; this host's vsyscall does not matter"
        )
        return Finding("vsyscall", "ok", found)
    if facts.vsyscall is None:
        found = "this kernel's vsyscall page cannot be read (/proc/self/maps)"
        return Finding("vsyscall", "warn", found, "cat /proc/cmdline")
    if facts.vsyscall:
        return Finding(
            "vsyscall", "ok", f"this kernel has the vsyscall page, which {platform.name} in containers needs"
        )
    found = f"this kernel has vsyscall=none: programs of {platform.name} in containers end with SIGSEGV (exit 139)"
    return Finding("vsyscall", "bad", found, VSYSCALL_REMEDY)


def _ssh_rsa(facts: HostFacts, platform: Platform) -> Finding:
    """Red Hat's crypto policies forbid SHA-1 signatures below ssh, whatever its options are (crypto-policies(7))."""
    base, _, modules = facts.crypto_policy.partition(":")
    if facts.crypto_policy and base != "LEGACY" and "SHA1" not in modules.split(":"):
        found = f"{platform.name} has ssh-rsa only; the crypto policy {facts.crypto_policy} may forbid SHA-1"
        return Finding("ssh-rsa", "warn", found, SHA1_REMEDY)
    return Finding("ssh-rsa", "ok", f"{platform.name} has ssh-rsa only: the lab's ssh_config permits it")
