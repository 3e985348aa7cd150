"""What of a unit is changed: files of an administrator are, those of the lab and of pacemaker itself are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.platforms.service_managers import Systemd
from tests.support.shell_sandbox import Sandbox, make_programs

UNIT = "/usr/lib/systemd/system/httpd.service"
FOLDER = "/{}/systemd/system/httpd.service.d/{}"


def reasons(tmp_path: Path, paths: str, state: str = "loaded") -> list[str]:
    (tmp_path / "programs").mkdir()
    sandbox = Sandbox(tmp_path / "node", make_programs(tmp_path / "programs"))
    sandbox.answer(
        {
            "systemctl show -p LoadState httpd": f"LoadState={state}",
            "systemctl show -p FragmentPath -p DropInPaths httpd": f"FragmentPath={UNIT}\nDropInPaths={paths}",
        }
    )
    return sandbox.run(Systemd().unfit_reading("httpd")).stdout.splitlines()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/usr/lib/systemd/system/httpd.service.d/distribution.conf",
        FOLDER.format("etc", "ha-lab.conf"),
        FOLDER.format("run", "50-pacemaker.conf"),
        f"{FOLDER.format('etc', 'ha-lab.conf')} {FOLDER.format('run', '50-pacemaker.conf')}",
    ],
)
def test_no_change(tmp_path: Path, path: str) -> None:
    assert reasons(tmp_path, path) == []


@pytest.mark.parametrize(
    "path",
    [
        FOLDER.format("etc", "x.conf"),
        FOLDER.format("run", "x.conf"),
        FOLDER.format("etc", "50-pacemaker.conf"),
    ],
)
def test_a_change_is_named(tmp_path: Path, path: str) -> None:
    assert reasons(tmp_path, path) == [f"the unit httpd was changed: {path}"]


def test_a_masked_unit_is_named(tmp_path: Path) -> None:
    assert "the unit httpd is not loaded: masked" in reasons(tmp_path, "", "masked")
