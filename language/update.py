"""Bring the catalogues (.po) up to date: `python -m language.update`. It needs Babel, the lab itself does not.

New messages get an empty translation, those that the code no longer has are removed. No translation is guessed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from language.catalogue import ROOMS
from language.choice import ENGLISH, LANGUAGES
from language.extraction import internal
from language.words import WORDS

ROOT = Path(__file__).parent.parent
WIDTH = 120
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2)}
"""The functions of a template whose arguments are messages (`{% pluralize %}` is ngettext)."""


def extracted(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Each message of the code and the templates with its file, in the order of babel.cfg."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    hidden = internal()
    for room in ROOMS:
        found = extract_from_dir(root / room, methods, options, keywords=KEYWORDS)
        for name, _, message, _, _ in found:
            for one in (message,) if isinstance(message, str) else message or ():
                if one and one not in hidden:
                    yield f"{room}/{name}", one
    yield from (("language/words.py", one) for one in sorted(WORDS))


def catalogue(code: str) -> Catalog:
    """The catalogue of a language, with the messages of the code as it is now."""
    template = Catalog()
    for place, message in extracted():
        template.add(message, locations=[(place, 0)])
    path = _path(code)
    if path.exists():
        with path.open(encoding="utf-8") as file:
            made = read_po(file, locale=code)
    else:
        made = Catalog(locale=code)
    made.update(template, no_fuzzy_matching=True)
    made.obsolete.clear()
    made.header_comment = (
        f"# The texts of the lab in {LANGUAGES[code]}. `python -m language.update` keeps it up to date."
    )
    return made


def written(made: Catalog) -> str:
    """The text of a catalogue: by file, without line numbers and times, so that it changes only with its messages."""
    out = io.BytesIO()
    write_po(out, made, width=WIDTH, sort_by_file=True, include_lineno=False, omit_header=True)
    head = f'{made.header_comment}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return head + out.getvalue().decode().strip() + "\n"


def main() -> None:
    """Write the catalogue of each language."""
    for code in LANGUAGES:
        if code != ENGLISH:
            made = catalogue(code)
            _path(code).write_text(written(made), encoding="utf-8")
            missing = sum(not one.string for one in made if one.id)
            sys.stdout.write(
                f"{_path(code).relative_to(ROOT)}: {len(made)} messages, {missing} not translated\n"
            )


def _path(code: str) -> Path:
    return Path(__file__).parent / f"{code}.po"


if __name__ == "__main__":
    main()
