"""The colours of the report, which the live view uses too: the variables of palette_light.css and palette_dark.css."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from markupsafe import Markup

from drill.report.html.templates import asset

Scheme = Literal["light", "dark"]
_VARIABLE = re.compile(r"--([\w-]+): ([^;]+);")


def style() -> Markup:
    """The variables for the scheme that the reader's browser prefers."""
    dark = Markup("@media (prefers-color-scheme: dark) {{\n{}}}\n").format(asset("palette_dark.css"))
    return asset("palette_light.css") + dark


@cache
def colours(scheme: Scheme) -> Mapping[str, str]:
    """The colours of one scheme by name, such as n0 for the first node."""
    return dict(_VARIABLE.findall(asset(f"palette_{scheme}.css")))
