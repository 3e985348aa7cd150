"""The Debian packages of a kit: all that a bare system lacks, with an index, so that apt installs what is missing.

Sources: apt-get(8), apt.conf(5), sources.list(5), deb822(5).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from inventory import files
from inventory.errors import MachineError
from inventory.host import command
from inventory.kit import checksums

HERE = Path(__file__).parent
SYSTEM, INDEX = "SYSTEM", "Packages"
DEADLINE = 1800.0


def system() -> str:
    """The system of this machine as "debian 12 amd64"; "" where there is no apt."""
    return command.answer(["sh", str(HERE / "system.sh")]).strip()


def download(names: Sequence[str], folder: Path, work: Path) -> None:
    """Download packages and all that they depend on, as if nothing were installed here; `work` is apt's own folder.

    apt uses the sources of this machine, and does not change its state. Raises MachineError.
    """
    archives = work / "archives"
    for path in (work / "lists" / "partial", archives / "partial", folder):
        path.mkdir(parents=True)
    (work / "status").touch()
    apt = ["apt-get", "-qq", "-y", *(word for option in _options(work) for word in ("-o", option))]
    _run([*apt, "update"])
    _run([*apt, "install", "--no-install-recommends", "--download-only", *names])
    rows = []
    for path in sorted(archives.glob("*.deb")):
        kept = folder / without_epoch(path.name)
        files.put_in_place(path, kept)
        rows.append(_row(kept))
    (folder / INDEX).write_text("\n".join(rows), "utf-8")
    (folder / SYSTEM).write_text(f"{system()}\n", "utf-8")


def _options(work: Path) -> list[str]:
    """The options for an apt that knows no installed package and writes into a folder of its own."""
    return [
        f"Dir::State::Lists={work}/lists",
        f"Dir::State::status={work}/status",
        f"Dir::State::extended_states={work}/extended_states",
        f"Dir::Cache={work}",
        f"Dir::Cache::archives={work}/archives",
        "APT::Get::Download-Only=true",
        "APT::Keep-Downloaded-Packages=true",
        "APT::Sandbox::User=root",
        "Debug::NoLocking=true",
    ]


def _run(argv: list[str]) -> None:
    command.check(
        argv,
        what="The Debian packages could not be downloaded",
        hint="Check that the mirrors of /etc/apt are reachable, then run ./lab kit again.",
        deadline=DEADLINE,
        own_session=False,
    )


def _row(path: Path) -> str:
    """The entry of a package in the index."""
    control = command.check(["dpkg-deb", "-f", str(path)]).strip()
    with path.open("rb") as stream:
        digest = checksums.of_stream(stream)
    return f"{control}\nFilename: ./{path.name}\nSize: {path.stat().st_size}\nSHA256: {digest}\n"


def without_epoch(name: str) -> str:
    """The file name of a package as a mirror has it; apt writes the epoch with a % that is special in a URI.

    >>> without_epoch("perl_1%3a5.36.0-7_amd64.deb")
    'perl_5.36.0-7_amd64.deb'
    """
    return re.sub(r"_\d+%3a", "_", name)


def install(folder: Path, names: Sequence[str]) -> None:
    """Install packages of a kit, as root. Raises MachineError."""
    if not (folder / INDEX).is_file():
        raise MachineError(
            f"Missing here: {' '.join(names)} (Debian's names), and the kit has no Debian packages.",
            hint="Pack the kit on a machine with the same Debian as this one, or install them by hand.",
        )
    argv = ["sh", str(HERE / "install_packages.sh"), str(folder), *names]
    command.as_root(argv, " ".join(argv), deadline=DEADLINE)
