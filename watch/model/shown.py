"""The texts of a view in the language of this process. Names, states and numbers stay as they are."""

from __future__ import annotations

from msgspec.structs import replace

from language import speech
from language.choice import ENGLISH
from language.speech import show
from watch.model.view import View


def shown(seen: View) -> View:
    """The same view, with its texts for people in the language."""
    if speech.code() == ENGLISH:
        return seen
    return replace(
        seen,
        title=show(seen.title),
        why=show(seen.why),
        left=tuple(map(show, seen.left)),
        drill=show(seen.drill),
        health=None if seen.health is None else tuple(map(show, seen.health)),
        clients=tuple(replace(one, title=show(one.title)) for one in seen.clients),
        told=tuple(replace(one, text=show(one.text)) for one in seen.told),
        control=None if seen.control is None else show(seen.control),
    )
