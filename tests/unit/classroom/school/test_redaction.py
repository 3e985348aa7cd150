"""Nothing secret leaves the student's machine."""

from __future__ import annotations

import gzip

import pytest

from classroom.school import evidence, redaction
from classroom.school.bundle import read
from inventory.errors import LabError
from tests.support.class_bots import class_of, evidence_of, handed_in, student_of

CLASS, (ANNA, *_) = class_of(["anna", "ben"])
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret", "kept"),
    [
        ('<nvpair id="f-passwd" name="passwd" value="hunter2xyz"/>', "hunter2xyz", 'name="passwd"'),
        ('<nvpair value="hunter2xyz" id="f" name="password"/>', "hunter2xyz", 'name="password"'),
        (
            '<nvpair name="ip" value="198.18.0.1"/><nvpair name="login_password" value="x9"/>',
            "x9",
            "198.18.0.1",
        ),
        ('<nvpair id="f-c" name="community" value="hunter2xyz"/>', "hunter2xyz", 'name="community"'),
        ("api_key: hunter2xyz", "hunter2xyz", "api_key"),
        ("options: {password: hunter2xyz, port: 5432}", "hunter2xyz", "port: 5432"),
        ("ADMIN_PASSWORD=hunter2xyz ./run", "hunter2xyz", "./run"),
        ("psql --password hunter2xyz -h db", "hunter2xyz", "-h db"),
        ('{"line":"echo hacluster:hunter2xyz | chpasswd","status":0}', "hunter2xyz", '"status":0'),
        ("echo hunter2xyz | passwd --stdin hacluster\npcs status", "hunter2xyz", "pcs status"),
        (f"before\n{PEM}\nafter", "b3BlbnNzaC1r", "after"),
        (f"cut: {PEM[:50]}", "b3BlbnNza", "cut"),
        ("the bmc has KNOWN-SECRET inside", "KNOWN-SECRET", "the bmc has"),
    ],
)
def test_a_secret_is_removed(text: str, secret: str, kept: str) -> None:
    found = redaction.redacted(text, ["KNOWN-SECRET"])
    assert secret not in found
    assert kept in found
    assert redaction.REMOVED in found


@pytest.mark.parametrize(
    "text", ["token_ms: 3000", 'name="secretary"', "pcs status; crm_mon -1", "passwd -S root"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redaction.redacted(text, ["root"]) == text, "four letters are no secret that could be searched for"


def test_a_bundle_has_no_secret() -> None:
    """Neither passwords and keys, nor the authkey's place, nor the student's seed and signing key."""
    known = ("bmc-password-1234",)
    data = handed_in(
        CLASS,
        ANNA,
        records={},
        known=known,
        cib=evidence_of(ANNA).cib.replace(
            "<rsc_defaults>", '<nvpair name="passwd" value="ipmi-secret"/><rsc_defaults>'
        ),
        conf="totem { key: bmc-password-1234 }",
        walk={"walk.json": f'{{"said": "{PEM}"}}', "notes.txt": f"seed {ANNA.seed.hex()}"},
    )
    whole = b"\n".join(read(data).parts.values()) + read(data).signed
    for secret in (
        b"ipmi-secret",
        b"bmc-password-1234",
        b"PRIVATE KEY-----",
        ANNA.seed.hex().encode(),
        ANNA.seed,
    ):
        assert secret not in whole
    assert not any("authkey" in name for name in read(data).parts)


def test_a_secret_in_a_record_stops_the_hand_in() -> None:
    """A record is not changed, because it must be judged again: a secret in it is an error."""
    record = gzip.compress(b'{"header":{"error":"password bmc-password-1234"}}\n', mtime=0)
    with pytest.raises(
        LabError, match=r"runs/a/timeline.jsonl.gz has a secret in it, so nothing was written"
    ):
        evidence.parts(
            evidence_of(ANNA, records={"a": record}, known=("bmc-password-1234",)), student_of(CLASS, ANNA)
        )
