"""Versions in the answers of programs, warnings beside them."""

from __future__ import annotations

import pytest

from inventory.host.versions import numbers, version

KERNEL_MODULE = """\
WARNING: The vboxdrv kernel module is not loaded. Either there is no module
         available for the current kernel (5.13.19-200.fc34.x86_64) or it failed to
         load.
"""
NEWER = "A new version of Vagrant is available: 2.4.1 (installed version: 2.3.4)!\n"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Vagrant 2.3.4\n", "2.3.4"),
        ("7.0.10r158379\n", "7.0.10"),
        ("6.1.38_Ubuntu", "6.1.38"),
        (KERNEL_MODULE + "6.1.36r152435\n", "6.1.36"),
        (KERNEL_MODULE, ""),
        (NEWER + "Vagrant 2.3.4\n", "2.3.4"),
        ("Vagrant 2.3.4\n" + NEWER, "2.3.4"),
        ("v1.2.3\n", "1.2.3"),
        ("none", ""),
        ("", ""),
    ],
)
def test_version(text: str, number: str) -> None:
    assert version(text) == number


def test_numbers() -> None:
    assert numbers("20.10.24+dfsg1") == (20, 10, 24)
    assert numbers("7.0.10-beta") == (7, 0, 10)
    assert numbers("") == ()
