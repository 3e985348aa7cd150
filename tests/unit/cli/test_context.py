from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.context import Context
from inventory.errors import ConfigError
from inventory.platforms.registry import PLATFORMS

LAB = Path(__file__).parents[3] / "lab.yaml"


@pytest.mark.parametrize(("platform", "refused"), [("debian12", True), ("debian13", False)])
def test_properties_are_judged_again_when_auto_has_chosen(
    platform: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = LAB.read_text().replace("no-quorum-policy: ignore", "no-quorum-policy: fence")
    (tmp_path / "lab.yaml").write_text(text)
    machines: Any = SimpleNamespace(choice=SimpleNamespace(platform_data=PLATFORMS[platform]))
    monkeypatch.setattr(Context, "machines", machines)
    context = Context(tmp_path)
    assert context.lab.platform == "auto"
    if not refused:
        context.require_known_properties()
        return
    with pytest.raises(ConfigError) as caught:
        context.require_known_properties()
    line = text[: text.index("no-quorum-policy: fence")].count("\n") + 1
    assert (
        f"line {line}: properties.no-quorum-policy: fence is known from pacemaker 2.1.9"
        in caught.value.message
    )
