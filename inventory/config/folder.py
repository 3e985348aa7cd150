"""The lab's folder: a name that Python, Vagrant and ssh cannot all use is refused at once."""

from __future__ import annotations

from pathlib import Path

from inventory.config.yaml_document import show
from inventory.errors import ConfigError

_REFUSED = {
    ":": "Python's venv does not allow a colon",
    "\\": "Vagrant takes a backslash for a slash",
}


def require_usable(root: Path) -> None:
    """Raise ConfigError when the path of the lab's folder has a character that cannot work."""
    name = str(root)
    wrong = [why for one, why in _REFUSED.items() if one in name]
    if any(not one.isprintable() for one in name):
        wrong.append("it has a control character, or is not UTF-8")
    if wrong:
        raise ConfigError(
            f"The lab cannot work in the folder {show(name)}: {'; '.join(wrong)}.",
            hint="Move or rename the folder, then run the command again.",
        )
