"""The Jinja templates of the page, with its style sheet and script; they stand beside this file.

Another page names its own template as PACKAGE:FILE. A template escapes all texts that come from the run. Only HTML that
a template has made is not escaped again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from inventory.printable import visible
from language import choice, speech


def rendered(name: str, /, **values: object) -> Markup:
    """The HTML that a template makes of some values."""
    return Markup(_environment().get_template(name).render(values).strip())  # noqa: S704 - a template's own HTML


def parts(name: str, /, **values: object) -> Iterator[str]:
    """The same in parts, one after another."""
    return _environment().get_template(name).generate(values)


def asset(name: str) -> Markup:
    """The text of a file beside this module, or of PACKAGE:FILE."""
    return Markup(_text(name))  # noqa: S704 - one of our own files, not data


def _environment() -> Environment:
    return _environment_in(speech.code())


@cache
def _environment_in(code: str) -> Environment:
    """The templates in a language; a template is compiled for each language anew."""
    made = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FunctionLoader(_text),
        autoescape=True,
        finalize=_finished,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(speech.message, _plural, newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals["language"] = choice.TAGS[code]
    return made


def _plural(singular: str, plural: str, count: int) -> str:
    return speech.message(singular if count == 1 else plural)


def _text(name: str) -> str:
    package, _, file = name.rpartition(":")
    return files(package or __package__).joinpath(file).read_text(encoding="utf-8")


def _finished(value: object) -> object:
    """A value as the template prints it: in the chosen language, and without control characters.

    Finished HTML stays as it is.
    """
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible(speech.show(value))
    return value
