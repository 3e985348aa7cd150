"""The language of a student's lab. Each command asks for it first, so this module imports little."""

from __future__ import annotations

from pathlib import Path

import yaml

from language import choice

NAME = "student.yaml"
"""The file of a student's lab (see student_file.py)."""


def language(folder: Path) -> str | None:
    """The code of the language of a folder's class; None when it has none, and where there is no readable file."""
    try:
        content = yaml.safe_load((folder / NAME).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    found = content.get("language") if isinstance(content, dict) else None
    return choice.known(found) if isinstance(found, str) else None
