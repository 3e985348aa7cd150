"""lab.yaml's `packages` and `prepare`: what resources of any agent need on the nodes."""

from __future__ import annotations

import re
from pathlib import Path

from inventory.config.yaml_document import YamlNode

FUNCTIONS = ("missing", "prepare", "broken", "repair")
"""The functions of the script (docs/services.md)."""
MOST_BYTES = 64 * 1024
"""The largest script that is read."""
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)


def needs(packages: YamlNode, script: YamlNode, folder: Path | None) -> tuple[tuple[str, ...], str]:
    """Read the packages, and the text of the script in the lab's folder; mistakes are noted."""
    allowed = "the name of a package of the nodes' system"
    names = [
        one.text(allowed, lambda text: bool(_PACKAGE.fullmatch(text))) or ""
        for one in packages.items("packages")
    ]
    file = script.text("the name of a shell script in this folder", lambda text: bool(_FILE.fullmatch(text)))
    return tuple(dict.fromkeys(names)), "" if file is None or folder is None else _read(script, folder / file)


def _read(yaml_node: YamlNode, path: Path) -> str:
    try:
        text = path.read_bytes()[: MOST_BYTES + 1].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        yaml_node.remark(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")
        return ""
    if len(text.encode()) > MOST_BYTES:
        yaml_node.remark(f"{path} is larger than {MOST_BYTES // 1024} KiB")
    lacking = [name for name in FUNCTIONS if not re.search(rf"^{name}\(\)", text, re.MULTILINE)]
    if lacking:
        yaml_node.remark(
            f"{path} does not define {', '.join(f'{name}()' for name in lacking)}; see docs/services.md"
        )
    return text
