"""Where each lab of a folder keeps its own things: lab 1 in the folder itself, lab N in `.labs/N`.

The home of a lab has its `.lab` and `.vagrant`. Its path is the lab's identity on this machine: names, labels and
control sockets are made from it, so that two labs share nothing. All labs of a folder share lab.yaml, the
Vagrantfile and runs/.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inventory.errors import ConfigError

CODE = Path(__file__).resolve().parents[1]
"""The folder of this program, with ./lab and the Vagrantfile."""
FIRST, MOST = 1, 99
LABS = ".labs"
STATE, VAGRANT = ".lab", ".vagrant"


def number_of(text: str) -> int:
    """Parse a lab's number, as it is typed. Raises ConfigError."""
    if text.isascii() and text.isdecimal() and FIRST <= int(text[:9]) <= MOST:
        return int(text)
    raise ConfigError(
        f"--lab (or LAB): found {text!r}; allowed: a whole number from {FIRST} to {MOST}",
        hint="./lab labs lists the labs of this folder",
    )


def home(root: Path, number: int) -> Path:
    """The home of a lab in a folder."""
    return root if number == FIRST else root / LABS / str(number)


def owner(home: str) -> tuple[str, int]:
    """The folder and the number of the lab with a home: the inverse of `home`."""
    path = Path(home)
    is_later = path.parent.name == LABS and path.name.isdecimal() and FIRST < int(path.name) <= MOST
    return (str(path.parent.parent), int(path.name)) if is_later else (home, FIRST)


def of_vagrant(root: Path) -> Path:
    """The folder in which Vagrant runs for a folder's labs: that folder, or this program's (./lab --in FOLDER)."""
    return CODE if _is_apart(root) else root


def _is_apart(root: Path) -> bool:
    """Whether a folder has only a lab.yaml, and this program is elsewhere."""
    return (root / "lab.yaml").is_file() and not (root / "Vagrantfile").is_file()


def title(number: int) -> str:
    """A lab in a message: "lab" for the first one, "lab 2" for another one."""
    return "lab" if number == FIRST else f"lab {number}"


def command(home: str, words: str) -> str:
    """The command line for the lab with a home; it works in every folder."""
    folder, number = owner(home)
    place, option = (str(CODE), f"--in '{folder}' ") if _is_apart(Path(folder)) else (folder, "")
    return f"cd '{place}' && ./lab {option}{'' if number == FIRST else f'--lab {number} '}{words}"


def kept(root: Path) -> Iterator[int]:
    """The numbers of the labs that have a state in a folder, in order."""
    for number in range(FIRST, MOST + 1):
        if any((home(root, number) / name).is_dir() for name in (STATE, VAGRANT)):
            yield number


def tidy(root: Path, number: int) -> None:
    """Remove the home of a lab that is gone, when nothing is left in it."""
    if number == FIRST:
        return
    for folder in (home(root, number), root / LABS):
        try:
            folder.rmdir()
        except OSError:  # another lab is in it, or something that the lab did not make
            return
