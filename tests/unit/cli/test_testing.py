"""The words of `./lab test`: what goes to tox, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import testing
from inventory.errors import ConfigError


def words(tmp_path: Path, text: str) -> str:
    found = " ".join(testing.tox_words(testing.parse(text.split()), tmp_path))
    [run] = (tmp_path / "runs").iterdir()
    return found.replace(str(run), "RUN")


TAIL = "--lab-run RUN --junit-xml=RUN/tests.xml"
BY_DURATION = "--durations-path tests/durations.json"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("--labs 4", f"-e labs -- -n 4 {TAIL}"),
        ("--labs=4 -- -k freeze", f"-e labs -- -n 4 {TAIL} -k freeze"),
        ("-e acceptance --labs 2", f"-e acceptance -- -n 2 {TAIL}"),
        ("-e labs --labs 2", f"-e labs -- -n 2 {TAIL}"),
        ("--shard 2/4", f"-e labs -- -n 1 --splits 4 --group 2 {BY_DURATION} {TAIL}"),
        ("--shard 4/4 --labs 3", f"-e labs -- -n 3 --splits 4 --group 4 {BY_DURATION} {TAIL}"),
        ("--store-durations", f"-e labs -- -n 1 --store-durations --clean-durations {BY_DURATION} {TAIL}"),
    ],
)
def test_the_words_for_tox(typed: str, expected: str, tmp_path: Path) -> None:
    assert words(tmp_path, typed) == expected


@pytest.mark.parametrize("typed", ["", "-e unit", "-e unit -- --labs 4", "-e twins -- --whole"])
def test_other_words_are_tox_own(typed: str) -> None:
    assert not testing.parse(typed.split()).wanted


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            "--shard 5/4",
            "--shard: found '5/4'; allowed: PART/PARTS, with a part from 1 to the number of parts",
        ),
        ("--shard 0/4", "--shard: found '0/4'"),
        ("--shard 2", "--shard: found '2'"),
        ("--shard", "--shard: found ''"),
        ("--shard 1/100", "at most 99 parts"),
        ("--shard -1/4", "--shard: found '-1/4'"),
        ("--labs", "--labs: found ''; allowed: a whole number from 1"),
        ("--labs x", "--labs: found 'x'"),
        ("--labs 0", "--labs: found '0'"),
        ("--labs -2", "--labs: found '-2'"),
        ("--labs 2 -e unit", "not for unit"),
        ("--labs 2 -eunit,acceptance", "not for unit"),
        ("-e acceptance,mutation --labs 2", "take one environment, not acceptance, mutation"),
        ("-e acceptance -e mutation --store-durations", "take one environment, not acceptance, mutation"),
    ],
)
def test_what_is_refused(typed: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        words(tmp_path, typed)
    assert says in caught.value.message
    assert not (tmp_path / "runs").exists(), "nothing is made"
