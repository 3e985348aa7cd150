"""The scripts of apt, run for real in dash and bash with a stand-in for apt-get."""

from __future__ import annotations

import pytest

from inventory.remote.script import script
from tests.support.shell_sandbox import SHELLS, Sandbox

NEVER = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)"
HELD = f'[ -e "{{root}}/free" ] && exit 0; echo "{NEVER}"; touch "{{root}}/free"; exit 100'
SHOWS_POLICY = 'cat "{root}/policy" 2>/dev/null; exit 3'


REFRESH = script("inventory.platforms", "apt_refresh")


def install(sandbox: Sandbox) -> str:
    policy = sandbox.root / "policy"
    return script("inventory.platforms", "apt_install", packages="pcs curl", policy=policy)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_held_lock_is_waited_for(sandbox: Sandbox, shell: str) -> None:
    """A run that was cut off, or apt-daily, holds it: the first command failed."""
    sandbox.answer({"apt-get": {"runs": HELD}, "sleep": {"does": ":"}})
    assert sandbox.run(REFRESH, shell).returncode == 0
    assert sandbox.calls.count("sleep 2") == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_a_mirror_that_is_down_is_an_error(sandbox: Sandbox, shell: str) -> None:
    """`apt-get update` warns and exits 0 then, unless Error-Mode is any."""
    down = 'case "$*" in *Error-Mode=any*) echo "E: Failed to fetch"; exit 100 ;; esac; echo "W: Failed to fetch"'
    sandbox.answer({"apt-get": {"runs": down}, "sleep": {"does": ":"}})
    done = sandbox.run(REFRESH, shell)
    assert (done.returncode, done.stdout.strip(), sandbox.calls) == (100, "E: Failed to fetch", [])


@pytest.mark.parametrize("shell", SHELLS)
def test_no_service_starts_during_an_installation(sandbox: Sandbox, shell: str) -> None:
    """Debian starts corosync and pacemaker with a sample configuration: ssh was blocked for 30 s."""
    sandbox.answer({"apt-get": {"runs": SHOWS_POLICY}})
    done = sandbox.run(install(sandbox), shell)
    assert done.returncode == 3, "the status of apt-get"
    assert done.stdout.splitlines()[-1] == "exit 101"
    assert not (sandbox.root / "policy").exists(), "services of later installations start as usual"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_policy_of_the_system_stays(sandbox: Sandbox, shell: str) -> None:
    (sandbox.root / "policy").write_text("#!/bin/sh\nexit 104\n")
    sandbox.answer({"apt-get": {"runs": SHOWS_POLICY}})
    assert sandbox.run(install(sandbox), shell).stdout.splitlines()[-1] == "exit 104"
    assert (sandbox.root / "policy").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_policy_that_a_killed_run_left_is_removed(sandbox: Sandbox, shell: str) -> None:
    left = "#!/bin/sh\n# ha-lab: no service starts while packages are installed\nexit 101\n"
    (sandbox.root / "policy").write_text(left)
    sandbox.answer({"apt-get": {"runs": SHOWS_POLICY}})
    sandbox.run(install(sandbox), shell)
    assert not (sandbox.root / "policy").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_lock_of_dpkg_is_waited_for(sandbox: Sandbox, shell: str) -> None:
    sandbox.answer({"apt-get": {"does": ":"}})
    sandbox.run(install(sandbox), shell)
    [call] = [one for one in sandbox.calls if one.startswith("apt-get")]
    assert call == "apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=-1 install pcs curl"
