"""Which language a person wants: the option --lang, else the first variable of the environment that is set."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh": "简体中文"}
"""The languages that are there, by code, each with its own name for itself."""
TAGS = {ENGLISH: "en", "zh": "zh-Hans"}
"""The languages as pages name them (BCP 47)."""
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The variables of the environment that name a language, in the order of locale(7). LANGUAGE may name several."""


def known(wanted: str) -> str | None:
    """The code of a language by its code or by the name of a locale, such as zh_CN.UTF-8; None: it is not there."""
    code = wanted.strip().lower().replace("-", "_").split(".")[0].split("@")[0].split("_")[0]
    return code if code in LANGUAGES else None


def of_environment(environment: Mapping[str, str]) -> str:
    """The language that the environment names; English when it names none that is there."""
    for variable in VARIABLES:
        if named := environment.get(variable):
            codes = (known(one) for one in named.split(":"))
            return next((code for code in codes if code), ENGLISH)
    return ENGLISH
