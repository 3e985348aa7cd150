"""The logins of root on each peer, with a stand-in for ssh: each peer has a line of its own."""

from __future__ import annotations

from typing import Any

from classroom import snapshot
from inventory.remote.script import script
from tests.support.shell_sandbox import Sandbox


def test_each_peer_is_asked_and_told_apart(sandbox: Sandbox) -> None:
    ssh: dict[str, Any] = {
        "does": 'case $* in *root@three*) echo "Permission denied" >&2; exit 255 ;; *) echo reached the peer ;; esac'
    }
    sandbox.answer({"ssh": ssh})
    text = script(
        snapshot.__package__ or "",
        "logins",
        peers="two three",
        reached=snapshot.REACHED,
        connect=5,
        limit=10,
    )
    said = sandbox.run(text).stdout.splitlines()
    assert sorted(said) == ["three: Permission denied", "two: reached the peer"]
    assert any("ConnectTimeout=5 root@two echo reached the peer" in call for call in sandbox.calls)
