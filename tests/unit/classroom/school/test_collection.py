"""A class is collected: bots that solved only their own labs, forged bundles, and files that are none."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from classroom.school import bundle as bundles
from classroom.school import collection, evidence, grades, keys, page
from classroom.school.class_file import ClassFile
from classroom.school.collection import Collected, StudentRow
from classroom.school.evidence import Drilled, Judged
from classroom.school.offline import Offline
from classroom.school.personal import Personal
from language import speech
from language.choice import ENGLISH
from tests.support import class_bots
from tests.support.class_bots import CHECKS, MADE, SCENARIOS, class_of, evidence_of, handed_in, put, record_of
from tests.support.strict_page import StrictPage

CLASS, (ANNA, BEN, CARL) = class_of(["anna", "ben", "carl"])
RUN = "2026-11-27_10-00-00"


def collect(folder: Path, offline: Offline | None = None) -> Collected:
    return collection.collect(folder, CLASS, (ANNA, BEN, CARL), offline or Offline())


def row(found: Collected, mine: Personal) -> StudentRow:
    return next(one for one in found.students if one.mine == mine)


def kinds(found: StudentRow) -> list[str]:
    return [one.kind for one in found.findings]


def said(found: StudentRow) -> str:
    return "\n".join(line for one in found.findings for line in (one.text, *one.evidence))


@pytest.fixture(scope="module")
def made() -> Mapping[str, bytes]:
    """The honest bundle of each student."""
    return {one.student.name: handed_in(CLASS, one) for one in (ANNA, BEN, CARL)}


@pytest.fixture
def folder(tmp_path: Path, made: Mapping[str, bytes]) -> Path:
    """The bundles of a class in which all are honest."""
    for name, data in made.items():
        put(tmp_path / "in", name, data)
    return tmp_path / "in"


def test_an_honest_class(folder: Path) -> None:
    found = collect(folder)
    assert [(one.state, one.points) for one in found.students] == [("counted", 20.0)] * 3
    assert found.unread == ()
    assert [one.status for one in row(found, ANNA).tasks] == ["done", *["not tried"] * 3, "done", "done"]


def test_two_runs_give_the_same_bytes_wherever_the_folder_is(folder: Path, tmp_path: Path) -> None:
    (folder / "damaged.hand-in.tar.gz").write_bytes(b"no bundle")
    shutil.copytree(folder, tmp_path / "elsewhere")
    texts = []
    for place in (folder, tmp_path / "elsewhere"):
        found = collect(place)
        texts.append((grades.grades_csv(found), grades.grades_json(found), page.page(found)))
    assert texts[0] == texts[1]


# Forged bundles: each kind is caught


def signed_again(mine: Personal, parts: Mapping[str, bytes], **changes: Any) -> bytes:
    """A bundle whose parts were exchanged by a student who signs it again with the own key."""
    plain = {"class_name": CLASS.name, "student": mine.student.name, "made": MADE, "lab": "0.1.0"}
    versions = {"platform": "debian12"}
    return bundles.packed(mine.seed, parts, **{**plain, "versions": versions, **changes})


def repacked(data: bytes, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """A bundle whose members were changed without any key."""
    found = bundles.read(data)
    return bundles.archive(
        change({"manifest.json": found.signed, "signature": found.signature.encode(), **found.parts})
    )


def renamed(made: Mapping[str, bytes]) -> bytes:
    """Ben's bundle under anna's name, also in the manifest."""
    manifest = bundles.read(made["ben"]).manifest
    body = bundles.encoded(msgspec.structs.replace(manifest, student="anna"))
    return repacked(made["ben"], lambda members: {**members, "manifest.json": body})


def other_key(made: Mapping[str, bytes]) -> bytes:
    """Ben's evidence with anna's name, signed with a key that somebody made."""
    parts = bundles.read(made["ben"]).parts
    return bundles.packed(
        b"a key of my own, 32 bytes long..",
        parts,
        class_name=CLASS.name,
        student="anna",
        made=MADE,
        lab="0.1.0",
        versions={},
    )


def bens_key(made: Mapping[str, bytes]) -> bytes:
    """Ben signs for anna."""
    parts = bundles.read(made["ben"]).parts
    return bundles.packed(
        BEN.seed, parts, class_name=CLASS.name, student="anna", made=MADE, lab="0.1.0", versions={}
    )


def edited_part(made: Mapping[str, bytes]) -> bytes:
    """A FAIL becomes PASS after the hand-in."""
    bad = handed_in(CLASS, ANNA, checks=[Judged("location", "FAIL")])
    return repacked(
        bad, lambda members: {**members, "checks.json": members["checks.json"].replace(b"FAIL", b"PASS")}
    )


def edited_manifest(made: Mapping[str, bytes]) -> bytes:
    """The time of the hand-in becomes an earlier one."""
    return repacked(
        made["anna"],
        lambda members: {
            **members,
            "manifest.json": members["manifest.json"].replace(
                str(MADE).encode(), str(MADE - 86_400).encode()
            ),
        },
    )


def truncated_chain(made: Mapping[str, bytes]) -> bytes:
    """The last part, a record that did not pass, is taken away."""
    return repacked(
        made["anna"],
        lambda members: {name: data for name, data in members.items() if not name.startswith("runs/")},
    )


def reordered(made: Mapping[str, bytes]) -> bytes:
    return repacked(made["anna"], lambda members: dict(sorted(members.items(), reverse=True)))


def wrong_links(made: Mapping[str, bytes]) -> bytes:
    """Anna takes a part out of the manifest and signs again: the links after it cannot be right without a new chain."""
    found = bundles.read(made["anna"])
    rows = tuple(one for one in found.manifest.parts if one.name != "checks.json")
    body = bundles.encoded(msgspec.structs.replace(found.manifest, parts=rows))
    parts = {name: data for name, data in found.parts.items() if name != "checks.json"}
    return bundles.archive({"manifest.json": body, "signature": keys.sign(ANNA.seed, body).encode(), **parts})


@pytest.mark.parametrize(
    ("forge", "kind", "words"),
    [
        (renamed, "wrong-signature", "manifest was changed after it was signed"),
        (other_key, "wrong-signature", "a key that no student of the class has"),
        (bens_key, "wrong-signature", "signed with the key of ben"),
        (edited_part, "broken-chain", "checks.json was changed"),
        (edited_manifest, "wrong-signature", "manifest was changed after it was signed"),
        (truncated_chain, "broken-chain", "missing: runs/"),
        (reordered, "broken-chain", "in another order"),
        (wrong_links, "broken-chain", "the chain is broken at results.json"),
    ],
)
def test_a_forged_bundle_is_refused(
    tmp_path: Path,
    made: Mapping[str, bytes],
    forge: Callable[[Mapping[str, bytes]], bytes],
    kind: str,
    words: str,
) -> None:
    path = put(tmp_path, "anna", forge(made))
    put(tmp_path, "ben", made["ben"])
    before = path.read_bytes()
    found = collect(tmp_path)
    assert (row(found, ANNA).state, row(found, ANNA).points) == ("refused", 0.0)
    assert kinds(row(found, ANNA)) == [kind]
    assert words in said(row(found, ANNA))
    assert (row(found, BEN).state, row(found, BEN).points) == ("counted", 20.0), (
        "one bad bundle stops no other one"
    )
    assert path.read_bytes() == before, "the bundle is kept"


def test_a_file_of_another_student_under_a_new_name(tmp_path: Path, made: Mapping[str, bytes]) -> None:
    """It counts for the student who signed it, and the name is told."""
    put(tmp_path, "anna", made["ben"])
    found = collect(tmp_path)
    assert row(found, ANNA).state == "nothing handed in"
    assert kinds(row(found, BEN)) == ["wrong-name"]
    assert "named after anna, and is from ben" in said(row(found, BEN))


def with_parts(mine: Personal, **changes: Any) -> bytes:
    return handed_in(CLASS, mine, **changes)


FORGED_BY_ITS_STUDENT: dict[str, tuple[Callable[[], dict[str, Any]], str, str, float]] = {
    "another student's record": (
        lambda: {"records": {RUN: record_of(BEN)}},
        "foreign-record",
        f"its nodes are {BEN.name(1)}, {BEN.name(2)}",
        10.0,
    ),
    "another student's record with other names in its header": (
        lambda: {"records": {RUN: half_renamed()}},
        "foreign-record",
        f"it has answers or readings of {BEN.name(1)}",
        10.0,
    ),
    "another student's lab.yaml": (
        lambda: {"lab": evidence_of(BEN).lab},
        "other-values",
        f"network: {BEN.network}, not {ANNA.network}",
        0.0,
    ),
    "another student's CIB": (
        lambda: {"cib": evidence_of(BEN).cib},
        "other-values",
        f"node {BEN.name(1)}",
        10.0,
    ),
    "a drill that did not pass": (
        lambda: {"records": {RUN: no_answer()}},
        "edited-result",
        "results.json says PASS for scenario nothing",
        10.0,
    ),
    "a drill that was never run": (
        lambda: {"records": {}},
        "edited-result",
        "it has no record of it",
        10.0,
    ),
    "a lab.yaml that is none": (lambda: {"lab": "a: ["}, "other-values", "cannot be used", 0.0),
    "a record that cannot be read": (
        lambda: {"records": {RUN: b"no record"}, "drilled": []},
        "incomplete",
        "a record cannot be read",
        10.0,
    ),
}  # fmt: skip


def half_renamed() -> bytes:
    """Ben's record with anna's names in the header only."""
    first, *rest = gzip.decompress(record_of(BEN, "nothing")).decode().splitlines(keepends=True)
    for old, new in (
        (BEN.name(1), ANNA.name(1)),
        (BEN.name(2), ANNA.name(2)),
        (str(BEN.address(0)), str(ANNA.address(0))),
    ):
        first = first.replace(old, new)
    return gzip.compress((first + "".join(rest)).encode(), mtime=0)


def no_answer() -> bytes:
    """Anna's record of the control run in which a client got no answer for a while."""
    text = gzip.decompress(record_of(ANNA, "nothing")).decode()
    lines = text.splitlines(keepends=True)
    samples = [at for at, line in enumerate(lines) if line.startswith('{"sample"')]
    for at in samples[len(samples) // 3 : len(samples) // 2]:
        lines[at] = (
            lines[at]
            .replace('"outcome":"ok"', '"outcome":"refused"')
            .replace(f'"page":"{ANNA.name(1)}"', '"page":""')
        )
    return gzip.compress("".join(lines).encode(), mtime=0)


@pytest.mark.parametrize("case", FORGED_BY_ITS_STUDENT)
def test_forged_evidence_that_its_student_signed(
    tmp_path: Path, made: Mapping[str, bytes], case: str
) -> None:
    """The signature is right, so the evidence itself must show it. What is concerned does not count."""
    changes, kind, words, points = FORGED_BY_ITS_STUDENT[case]
    put(tmp_path, "anna", handed_in(CLASS, ANNA, **changes()))
    put(tmp_path, "ben", made["ben"])
    found = collect(tmp_path)
    assert kind in kinds(row(found, ANNA)), said(row(found, ANNA))
    assert words in said(row(found, ANNA))
    assert row(found, ANNA).points == points
    assert row(found, BEN).points == 20.0


@pytest.mark.parametrize("stretch", [1.0, 1.25])
def test_a_record_whose_names_were_all_exchanged(
    tmp_path: Path, made: Mapping[str, bytes], stretch: float
) -> None:
    """Anna hands in ben's record with her own names: its measured times show it, also when all are stretched."""
    copied = record_of(ANNA, chance=BEN.drill_seed)
    if stretch != 1.0:
        copied = stretched(copied, stretch)
    put(tmp_path, "anna", handed_in(CLASS, ANNA, records={RUN: copied}))
    put(tmp_path, "ben", made["ben"])
    put(tmp_path, "carl", made["carl"])
    found = collect(tmp_path)
    for mine, other in ((ANNA, "ben"), (BEN, "anna")):
        assert "copied-record" in kinds(row(found, mine))
        assert f"has the same durations as a record of {other}" in said(row(found, mine))
        assert row(found, mine).points == 10.0
    assert row(found, CARL).state == "counted"


def stretched(data: bytes, factor: float) -> bytes:
    from drill.record.variation import _stretched  # noqa: PLC0415 -- the private change of one row

    rows = [_stretched(msgspec.json.decode(line), factor) for line in gzip.decompress(data).splitlines()]
    return gzip.compress(b"".join(rows), mtime=0)


# A result that the CIB contradicts


def without_order(mine: Personal) -> str:
    text = class_bots.cib_of(mine)
    begin = text.index("<rsc_order")
    return text[:begin] + text[text.index("/>", begin) + 2 :]


def test_a_pass_that_the_cib_does_not_show_is_unproven_without_the_simulator(tmp_path: Path) -> None:
    put(tmp_path, "anna", handed_in(CLASS, ANNA, cib=without_order(ANNA)))
    found = row(collect(tmp_path), ANNA)
    assert kinds(found) == ["unproven-result"]
    assert "checks.json says PASS for order" in said(found)
    assert found.points == pytest.approx(10 + 10 * (len(CHECKS) - 1) / len(CHECKS), abs=0.01)


def test_an_honest_fail_costs_points_and_no_more(tmp_path: Path) -> None:
    checks = [Judged(name, "FAIL" if name == "order" else "PASS") for name in CHECKS]
    put(tmp_path, "anna", handed_in(CLASS, ANNA, cib=without_order(ANNA), checks=checks))
    found = row(collect(tmp_path), ANNA)
    assert (found.state, found.findings) == ("counted", ())
    assert found.tasks[0].stuck == "order"


# Files that are no bundles, and several bundles of one student


def test_bad_files_stop_nothing_and_are_kept(folder: Path) -> None:
    whole = (folder / "anna.hand-in.tar.gz").read_bytes()
    (folder / "anna.hand-in.tar.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.gz").write_bytes(b"hello")
    (folder / "empty.tgz").write_bytes(b"")
    (folder / "link.gz").symlink_to("/etc/passwd")
    (folder / "readme.txt").write_text("no bundle")
    (folder / collection.OUTPUT).mkdir()
    (folder / collection.OUTPUT / "old.gz").write_bytes(b"")
    found = collect(folder)
    assert [file for file, _ in found.unread] == ["anna.hand-in.tar.gz", "empty.tgz", "notes.gz"]
    assert "cut off: it ends at byte" in found.unread[0][1]
    assert row(found, ANNA).state == "nothing handed in"
    assert row(found, BEN).state == "counted"
    assert (folder / "anna.hand-in.tar.gz").read_bytes() == whole[: len(whole) // 2]


def test_a_student_of_another_class(folder: Path) -> None:
    other, (dora,) = class_of(["dora"], name="another")
    put(folder, "dora", handed_in(other, dora, records={}))
    found = collect(folder)
    [(file, reason)] = found.unread
    assert file == "dora.hand-in.tar.gz"
    assert "from 'dora', class 'another'" in reason


def test_the_latest_bundle_counts(folder: Path, made: Mapping[str, bytes]) -> None:
    put(folder / "Anna_12_assignsubmission_file", "anna", handed_in(CLASS, ANNA, MADE + 60, checks=[]))
    found = row(collect(folder), ANNA)
    assert found.judged
    assert found.judged.made == MADE + 60
    assert kinds(found) == ["two-bundles"]
    assert said(found).endswith("anna.hand-in.tar.gz")
    assert found.points == 10.0


def test_a_forged_bundle_does_not_hide_the_honest_one(folder: Path, made: Mapping[str, bytes]) -> None:
    put(folder, "later", bens_key(made))
    found = row(collect(folder), ANNA)
    assert found.points == 20.0
    assert found.state == "refused", "a person must see that somebody signed for anna"
    assert "another file, later.hand-in.tar.gz" in said(found)


# 200 students


def test_200_bots_solve_only_their_own_labs(tmp_path: Path) -> None:
    """Each bot's evidence counts for its own student; the evidence of the next student counts for nobody."""
    class_, students = class_of(200, scenarios=["nothing"])
    _hand_in_all(tmp_path / "own", class_, students, students)
    found = collection.collect(tmp_path / "own", class_, students)
    assert [one.points for one in found.students] == [15.0] * 200
    assert {one.state for one in found.students} == {"counted"}
    shifted = [*students[1:], students[0]]
    _hand_in_all(tmp_path / "copied", class_, students[:20], shifted[:20])
    copied = collection.collect(tmp_path / "copied", class_, students)
    assert [one.points for one in copied.students[:20]] == [0.0] * 20
    assert all("other-values" in kinds(one) for one in copied.students[:20])


def _hand_in_all(folder: Path, class_: ClassFile, students: Any, of: Any) -> None:
    """Each student hands in the evidence of the lab of another one (`of`), signed with the own key."""
    for mine, theirs in zip(students, of, strict=True):
        proof = replace(
            _light(theirs),
            drilled=[Drilled(RUN, "nothing", "PASS")],
            records={RUN: record_of(theirs, "nothing")},
        )
        data = class_bots.packed(proof, class_, mine)
        put(folder, mine.student.slug, data)


def _light(mine: Personal) -> evidence.Evidence:
    return evidence_of(mine, records={}, drilled=[])


def test_the_page_shows_a_text_and_never_obeys_it(tmp_path: Path) -> None:
    put(tmp_path, "anna", handed_in(CLASS, ANNA, checks=[Judged("<script>alert(1)</script>\x1b[2J", "FAIL")]))
    text = page.page(collect(tmp_path))
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_the_page_begins_with_unclear_cases(folder: Path, made: Mapping[str, bytes]) -> None:
    put(folder, "ben", renamed(made))
    (folder / "carl.hand-in.tar.gz").write_bytes(b"no bundle")
    text = page.page(collect(folder))
    first = text[text.index('id="first"') : text.index('id="stuck"')]
    assert "anna" in first, "somebody signed for her"
    assert "carl.hand-in.tar.gz" in first
    assert text.index('id="first"') < text.index('id="stuck"') < text.index('id="students"')
    strict = StrictPage(text)
    assert strict.undefined_colours == set()
    assert len(set(strict.ids)) == len(strict.ids)
    assert {link[1:] for link in strict.links if link.startswith("#")} <= set(strict.ids)


def test_the_page_counts_where_the_class_stopped(tmp_path: Path) -> None:
    for mine, bad in ((ANNA, ("order", "location")), (BEN, ("order",))):
        checks = [Judged(name, "FAIL" if name in bad else "PASS") for name in CHECKS]
        put(tmp_path, mine.student.slug, handed_in(CLASS, mine, checks=checks))
    text = page.page(collect(tmp_path))
    row = text[text.index("<tr><td>the cluster</td>") :].partition("</tr>")[0]
    assert re.findall(r">([^<>]+)</td>", row) == [
        "the cluster", "2", "1", "0", "3", "lab", "order (2), location (1)"
    ]  # fmt: skip


def test_an_honest_class_has_nothing_to_look_at_first(folder: Path) -> None:
    assert 'id="first"' not in page.page(collect(folder))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (12.4, "12 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"), (5_700, "1 h 35 min")],
)
def test_a_length_of_time_is_told_with_its_units(seconds: float | None, text: str) -> None:
    assert page.length(seconds) == text


def test_the_table_for_moodle(folder: Path) -> None:
    (folder / "carl.hand-in.tar.gz").unlink()
    lines = grades.grades_csv(collect(folder)).splitlines()
    assert lines[0] == (
        "ID number,Full name,ha-2026 total,ha-2026 feedback,"
        "ha-2026 lab,ha-2026 exercise,ha-2026 scenario,ha-2026 prediction"
    )
    assert lines[1].startswith("anna,anna,20,Open: ")
    assert lines[1].endswith(",10,0,10,0")
    assert lines[3].startswith("carl,carl,-,Open: "), "without a hand-in there is no grade, not a grade of 0"
    assert lines[3].endswith(",-,-,-,-")
    assert SCENARIOS[0] not in lines[1]


def test_the_page_in_chinese_keeps_names_and_classes(tmp_path: Path) -> None:
    put(tmp_path, "anna", handed_in(CLASS, ANNA, checks=[Judged("nodes-online", "FAIL")]))
    speech.use("zh")
    try:
        text = page.page(collect(tmp_path))
    finally:
        speech.use(ENGLISH)
    assert '<html lang="zh-Hans">' in text
    assert "anna" in text
    assert "什么也没有上交" in text
    assert 'class="badge nothing"' in text
    shown = re.sub(r"(?s)<(style|script)>.*?</\1>|<[^>]*>", " ", text)
    assert re.findall(r"(?<![-\w./])[a-z]{2,} [a-z]{2,}", shown) == []
    assert StrictPage(text).marks == StrictPage(page.page(collect(tmp_path))).marks
