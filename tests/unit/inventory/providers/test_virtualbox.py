from __future__ import annotations

import pytest

from inventory.providers.virtualbox import PROVIDER, ranges
from tests.support.example_lab import example_lab
from tests.support.fake_host import FakeHost

WARNING = """\
WARNING: The vboxdrv kernel module is not loaded. Either there is no module
         available for the current kernel (5.13.19-200.fc34.x86_64) or it failed to
         load.
6.1.36r152435
"""


def test_a_warning_beside_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost("VBoxManage")
    host.said["VBoxManage --version"] = WARNING
    host.install(monkeypatch)
    assert PROVIDER.read(example_lab()).version == "6.1.36", "not the kernel's"


def test_networks_conf() -> None:
    assert ranges("* 10.0.0.0/8, 172.16.0.0/12 # ours\n\nnonsense\n*\n") == ("10.0.0.0/8", "172.16.0.0/12")
