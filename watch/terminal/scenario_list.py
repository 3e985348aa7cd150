"""The list of scenarios to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from language.speech import show


class ScenarioList(ModalScreen[str | None]):
    """Gives the name of the scenario that was chosen; None when the list was left."""

    CSS = """
    ScenarioList { align: center middle; }
    ScenarioList > Vertical { width: 90%; height: 90%; max-width: 110; border: round $primary; background: $surface; }
    ScenarioList OptionList { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "go_down", show=False),
    ]

    def __init__(self, titles: Mapping[str, str]) -> None:
        super().__init__()
        self._titles = titles

    def compose(self) -> ComposeResult:
        """A field for a part of the name, above the scenarios."""
        with Vertical() as box:
            box.border_title = show("Break the cluster: choose a scenario (Enter starts it, Escape leaves)")
            yield Input(placeholder=show("a part of the name or the title"))
            yield OptionList(*self._options(""))

    def _options(self, part: str) -> list[Option]:
        width = max(map(len, self._titles), default=0)
        titles = {name: show(title) for name, title in self._titles.items()}
        return [
            Option(Text.assemble((f"{name:<{width}}  ", "bold"), title), id=name)
            for name, title in titles.items()
            if part.lower() in f"{name} {title}".lower()
        ]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only the scenarios that match."""
        options = self.query_one(OptionList)
        options.clear_options().add_options(self._options(event.value))
        options.highlighted = 0 if options.option_count else None

    def on_input_submitted(self) -> None:
        """Choose the scenario that is highlighted, or the first one."""
        options = self.query_one(OptionList)
        if options.option_count:
            self.dismiss(options.get_option_at_index(options.highlighted or 0).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose a scenario of the list."""
        self.dismiss(event.option.id)

    def action_go_down(self) -> None:
        """From the field into the list."""
        self.query_one(OptionList).focus()

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
