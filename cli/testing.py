"""`./lab test`: runs tox. `--labs` distributes the tests on the nodes to labs, `--shard` to machines."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from cli import labs
from cli.context import context_of
from cli.progress import ConsoleProgress
from drill.report import run_folder
from inventory.errors import ConfigError
from inventory.host import command, install

WITHOUT_NODES, ON_NODES = "lint,unit,browser", "labs"
"""The environments of tox.ini that `--labs` runs when none is named; with `--shard` only the second one."""
SPREAD = (ON_NODES, "acceptance", "mutation")
"""The environments that can be spread."""
DURATIONS = "tests/durations.json"
"""The recorded seconds of each test on the nodes; `./lab test --store-durations` writes them."""
MOST_SHARDS = 99


class WordsAsTyped(TyperCommand):
    """A command that passes its arguments on to another program; click itself would remove the argument `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words for --help, and keep all of them in `ctx.args`."""
        words = list(args)
        super().parse_args(ctx, args)
        ctx.args = words
        return words


@dataclass(frozen=True)
class Spread:
    """How the tests on the nodes are spread. `words` are tox's words before `--`, `behind` those after it."""

    labs: int | None
    shard: tuple[int, int] | None
    store: bool
    words: tuple[str, ...]
    behind: tuple[str, ...]

    @property
    def wanted(self) -> bool:
        """Whether the tests are spread at all."""
        return self.labs is not None or self.shard is not None or self.store


def register(app: typer.Typer) -> None:
    """Add the command to the CLI."""
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(cls=WordsAsTyped, context_settings=settings)(test)


def test(ctx: typer.Context) -> None:
    """Run the tests with tox; further arguments are passed on to it (./lab test -e unit).

    --labs N runs the tests on the nodes in N labs at once, and makes the labs that are not up. --shard K/N runs part K
    of N of these tests, for N machines. --store-durations records how long each test takes; --shard uses this.
    """
    context = context_of(ctx)
    if not (context.root / "tox.ini").is_file():
        raise ConfigError(f"{context.root} has no tests.", hint="./lab test works without --in")
    asked = parse(ctx.args)
    runs = [list(ctx.args)]
    if asked.wanted:
        labs.require_room(context.root, asked.labs or 1)
        whole = asked.labs is not None and asked.shard is None and not _environments(asked.words)
        runs = [["-e", WITHOUT_NODES]] if whole else []
        runs.append(tox_words(asked, context.root))
    if any(not words or "browser" in "".join(words) for words in runs):
        install.ensure_browser(ConsoleProgress().say)
    env = {"LAB": str(context.number)}
    tox = [sys.executable, "-m", "tox"]
    statuses = [command.attached([*tox, *words], context.root, env=env) for words in runs]
    raise typer.Exit(max(statuses))


def parse(words: Sequence[str]) -> Spread:
    """Take the options of this command out of its words. Raises ConfigError."""
    cut = words.index("--") if "--" in words else len(words)
    left, count, shard, store = list(words[:cut]), None, None, False
    for name in ("--labs", "--shard"):
        text = _taken(left, name)
        if text is not None and name == "--labs":
            count = _count(text)
        elif text is not None:
            shard = _shard(text)
    if "--store-durations" in left:
        left.remove("--store-durations")
        store = True
    return Spread(count, shard, store, tuple(left), tuple(words[cut + 1 :]))


def tox_words(asked: Spread, root: Path) -> list[str]:
    """The words for tox. Raises ConfigError when an environment that cannot be spread is named."""
    named = _environments(asked.words)
    if wrong := [one for one in named if one not in SPREAD]:
        raise ConfigError(
            f"--labs and --shard are for the tests on the nodes ({', '.join(SPREAD)}), not for {', '.join(wrong)}",
            hint=f"./lab test -e {','.join(wrong)} in a command of its own",
        )
    if len(named) > 1:
        raise ConfigError(
            f"--labs, --shard and --store-durations take one environment, not {', '.join(named)}: "
            "each would replace the results of the one before",
            hint=f"-e {ON_NODES} runs acceptance and mutation together",
        )
    spread = ["-n", str(asked.labs or 1)]
    if asked.shard:
        part, parts = asked.shard
        spread += ["--splits", str(parts), "--group", str(part), "--durations-path", DURATIONS]
    if asked.store:
        spread += ["--store-durations", "--clean-durations", "--durations-path", DURATIONS]
    folder = run_folder.fresh(root / "runs", datetime.now())
    spread += ["--lab-run", str(folder), f"--junit-xml={folder / run_folder.TESTS}"]
    first = [] if named else ["-e", ON_NODES]
    return [*first, *asked.words, "--", *spread, *asked.behind]


def _taken(words: list[str], name: str) -> str | None:
    """Remove an option with its value from the words, and give the value; None when it is not there."""
    for at, word in enumerate(words):
        if word == name:
            found = words[at + 1] if at + 1 < len(words) else ""
            del words[at : at + 2]
            return found
        if word.startswith(f"{name}="):
            del words[at]
            return word.partition("=")[2]
    return None


def _count(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text[:9]) >= 1:
        return int(text[:9])
    raise ConfigError(f"--labs: found {text!r}; allowed: a whole number from 1", hint="./lab test --labs 2")


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if found and 1 <= int(found[1]) <= int(found[2]) <= MOST_SHARDS:
        return int(found[1]), int(found[2])
    raise ConfigError(
        f"--shard: found {text!r}; allowed: PART/PARTS, with a part from 1 to the number of parts, "
        f"and at most {MOST_SHARDS} parts",
        hint="./lab test --shard 2/4",
    )


def _environments(words: Sequence[str]) -> list[str]:
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-e", "--env")]
    named += [
        word.removeprefix("-e") for word in words if word.startswith("-e") and word not in ("-e", "--env")
    ]
    return [one for text in named for one in text.split(",") if one]
