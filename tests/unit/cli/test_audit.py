"""`./lab audit` with files, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.audit_cases import cases, cib, corosync_conf, expected
from tests.support.lab_command import lab

SUSE = next(case for case in cases() if case["name"].startswith("SUSE"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A corosync.conf and a CIB; the folder has no lab.yaml."""
    conf, xml = tmp_path / "corosync.conf", tmp_path / "cib.xml"
    conf.write_text(corosync_conf(SUSE["corosync"]) or "")
    xml.write_text(cib(SUSE["cib"]) or "")
    return str(conf), str(xml)


def test_a_table_for_people(
    files: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    conf, xml = files
    assert lab(tmp_path, monkeypatch, "audit", "--corosync", conf, "--cib", xml) == 1
    said = capsys.readouterr().out
    assert "5000 ms" in said
    assert "agrees with 5000 ms: SUSE [1]" in said
    assert "links: With one link between the nodes" in said, "the reason of what differs from all"
    assert "[1] SUSE: SAP HANA System Replication" in said
    assert said.rstrip().endswith("20 PASS, 4 FAIL")


def test_data_for_programs(
    files: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    conf, xml = files
    assert lab(tmp_path, monkeypatch, "audit", "--corosync", conf, "--cib", xml, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert {one["setting"]: one["status"] for one in found} == expected(SUSE)
    [row] = [one for one in found if one["setting"] == "wait_for_all"]
    assert row["recommended"][0]["publisher"] == "Red Hat"
    assert row["recommended"][0]["agrees"] is True
    assert row["recommended"][0]["url"].startswith("https://docs.redhat.com/")


def test_the_exit_status_is_that_of_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [aws] = [case for case in cases() if case["name"].startswith("AWS, SAP HANA on RHEL")]
    (tmp_path / "cib.xml").write_text(cib(aws["cib"]) or "")
    assert lab(tmp_path, monkeypatch, "audit", "--cib", str(tmp_path / "cib.xml"), "--against", "aws") == 0
    assert "3 PASS, 2 UNKNOWN" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--corosync", "nowhere.conf"], "nowhere.conf cannot be read"),
        (["--cib", "{conf}"], "this is not a CIB: no XML"),
        (["--corosync", "{broken}"], "line 1: 'totem {{'"),
        (["--cib", "{xml}", "--against", "IBM"], "there is no publisher 'IBM'"),
        (["--cib", "{big}"], "larger than 8 MiB"),
    ],
)
def test_bad_input(
    files: tuple[str, str],
    words: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tmp_path = Path(files[0]).parent
    names = {"conf": files[0], "xml": files[1]}
    for name, text in {"broken": "totem {{\n", "big": "x" * (8 * 2**20 + 1)}.items():
        names[name] = str(tmp_path / name)
        Path(names[name]).write_text(text)
    typed = [word.format(**names) for word in words]
    assert lab(tmp_path, monkeypatch, "audit", *typed) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.out == ""
