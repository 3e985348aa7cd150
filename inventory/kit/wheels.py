"""The Python packages of a kit: wheels for other versions of Python than the one that runs.

pip downloads wheels for another Python, but it judges the markers of requirements (python_version < "3.11") by the
Python that runs. So the requirements of the wheels are read here, and pip is asked again for those that are missing.
Sources: pip download, Binary distribution format and Dependency specifiers of packaging.python.org.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from inventory.host import command

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
EXTRAS = ("dev", "uv")
"""The extras of pyproject.toml that ./lab installs."""
DEADLINE = 1800.0
NEWEST_GLIBC, OLDEST_GLIBC = 28, 5
"""The second numbers of the versions of glibc (2.28 is that of Debian 10) for which wheels are taken."""
OLD_TAGS = ("manylinux2014", "manylinux2010", "manylinux1")


@dataclass(frozen=True)
class Target:
    """The Python and the processor (uname -m) that wheels are for."""

    python: str
    machine: str

    @property
    def environment(self) -> dict[str, str]:
        """The values of the markers."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": self.machine,
        }

    @property
    def options(self) -> list[str]:
        """The options of `pip download`."""
        glibc = [f"manylinux_2_{one}_{self.machine}" for one in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
        tags = [*glibc, *(f"{tag}_{self.machine}" for tag in OLD_TAGS)]
        chosen = [word for tag in tags for word in ("--platform", tag)]
        return ["--only-binary", ":all:", "--implementation", "cp", "--python-version", self.python, *chosen]


def requirements(pyproject: str) -> list[Requirement]:
    """What ./lab installs, and what builds the lab's own package, from the text of pyproject.toml."""
    document = tomllib.loads(pyproject)
    project: Mapping[str, Any] = document["project"]
    extras = [line for extra in EXTRAS for line in project["optional-dependencies"][extra]]
    lines = [*project["dependencies"], *extras, *document["build-system"]["requires"]]
    return [Requirement(line) for line in lines]


def wanted(found: Iterable[Requirement], target: Target, extras: Iterable[str] = ()) -> list[Requirement]:
    """The requirements that hold for a target, without their markers, which pip would judge by its own Python."""
    environments = [{**target.environment, "extra": extra} for extra in ("", *extras)]
    holds = [
        one for one in found if one.marker is None or any(one.marker.evaluate(each) for each in environments)
    ]
    return [without_marker(one) for one in holds]


def without_marker(one: Requirement) -> Requirement:
    """A requirement without its marker."""
    plain = Requirement(str(one))
    plain.marker = None
    return plain


def missing(
    first: Sequence[Requirement], wheels: Mapping[str, Sequence[Requirement]], target: Target
) -> list[Requirement]:
    """The requirements that no wheel fulfils, directly or through other wheels.

    `wheels` has what each wheel requires, by its name.
    """
    absent, seen, queue = dict[str, Requirement](), set[tuple[str, frozenset[str]]](), list(first)
    while queue:
        one = queue.pop()
        name, key = canonicalize_name(one.name), (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        if name in wheels:
            queue += wanted(wheels[name], target, one.extras)
        else:
            absent[str(one)] = one
    return [absent[key] for key in sorted(absent)]


def read(folder: Path) -> dict[str, list[Requirement]]:
    """What each wheel in a folder requires, by its name."""
    found = {}
    for path in sorted(folder.glob("*.whl")):
        name, *_ = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as wheel:
            [metadata] = [
                one for one in wheel.namelist() if one.count("/") == 1 and one.endswith(".dist-info/METADATA")
            ]
            lines = Parser().parsestr(wheel.read(metadata).decode("utf-8")).get_all("Requires-Dist") or []
        found[str(name)] = [Requirement(line) for line in lines]
    return found


def download(pyproject: str, target: Target, folder: Path) -> None:
    """Download the wheels for a target into a folder of its own. Raises MachineError."""
    folder.mkdir(parents=True)
    first = wanted(requirements(pyproject), target)
    asked = list(first)
    while True:
        argv = [
            sys.executable,
            "-m",
            "pip",
            "-q",
            "--disable-pip-version-check",
            "download",
            "-d",
            str(folder),
        ]
        command.check(
            [*argv, *target.options, *map(str, asked)],
            what=f"The wheels for Python {target.python} could not be downloaded",
            hint="Check that PyPI is reachable, then run ./lab kit again. Each package needs a wheel there.",
            deadline=DEADLINE,
            own_session=False,
        )
        absent = [one for one in missing(first, read(folder), target) if one not in asked]
        if not absent:
            return
        asked += absent
