"""The full-screen terminal view: it shows the hub's view a few times in each second, and starts scenarios by keys."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import ClassVar, TypeVar

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from inventory.errors import LabError
from language.speech import show
from watch.feed.control import Control
from watch.feed.hub import Hub
from watch.model.view import View
from watch.terminal import drawing
from watch.terminal.scenario_list import ScenarioList

_T = TypeVar("_T")
EVERY_S = 0.1
"""The time between two looks at the hub (seconds)."""
ANEW_S = 1.0
"""The longest time between two drawings (seconds): the clock goes on while nothing changes."""
WIDE = 130
"""From this width on the told lines are beside the state (columns)."""
INTERRUPTED = 130


class WatchApp(App[None]):
    """The view of one lab. `control` starts and stops scenarios; its list of scenarios is read when it is asked for."""

    CSS = """
    #heading { height: 1; background: $panel; padding: 0 1; }
    #state { padding: 0 1; }
    #upper { height: auto; max-height: 80%; }
    #told { padding: 0 1; height: 1fr; min-height: 1; border-top: solid $panel; }
    .wide #main { layout: horizontal; }
    .wide #upper { width: 2fr; max-height: 100%; height: 1fr; }
    .wide #told { width: 1fr; border-top: none; border-left: solid $panel; height: 1fr; }
    #main { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, hub: Hub, control: Control, seconds: float = 0.0) -> None:
        super().__init__()
        self._hub, self._control, self._seconds = hub, control, seconds
        self.bind("s", "start", description=show("Start a scenario"))
        self.bind("x", "stop", description=show("Stop the scenario"))
        self.bind("q", "quit", description=show("Quit"))
        self._shown: View | None = None

    def compose(self) -> ComposeResult:
        """The widgets: a heading, the state, the told lines, the keys."""
        yield Static(id="heading")
        with VerticalScroll(id="main"):
            with VerticalScroll(id="upper"):
                yield Static(id="state")
            yield Static(id="told")
        yield Footer()

    def on_mount(self) -> None:
        """Draw from now on; end as after `q` when the terminal is closed or the process is to end."""
        self.set_interval(EVERY_S, self.draw)
        if self._seconds:
            self.set_timer(self._seconds, self.exit)
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread
                asyncio.get_running_loop().add_signal_handler(number, self.action_interrupt)
        self.draw()

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self.screen.set_class(self.size.width >= WIDE, "wide")
        self._shown = None
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the view, if it is another one than the one that is shown."""
        seen, before = self._hub.view(), self._shown
        if before and replace(seen, now=before.now) == before and seen.now - before.now < ANEW_S:
            return
        main = self.screen_stack[0]
        self._shown = seen
        upper, told = main.query_one("#upper"), main.query_one("#told", Static)
        main.query_one("#heading", Static).update(drawing.heading(seen))
        main.query_one("#state", Static).update(drawing.state(seen, upper.size.width - 2))
        told.update(drawing.told(seen, told.size.width - 2, told.size.height))

    def action_start(self) -> None:
        """Show the list of scenarios; the one that is chosen begins."""
        titles = self._asked(self._control.titles)
        if titles is not None:
            self.push_screen(ScenarioList(titles), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name and (text := self._asked(lambda: self._control.start(name))):
            self.notify(show(text), markup=False)

    def action_stop(self) -> None:
        """Interrupt the scenario that was started here; it heals."""
        if text := self._asked(self._control.stop):
            self.notify(show(text), markup=False)

    def action_interrupt(self) -> None:
        """End with the exit status of an interrupted command."""
        self.exit(return_code=INTERRUPTED)

    def _asked(self, ask: Callable[[], _T]) -> _T | None:
        """An answer of the control; its error is shown."""
        try:
            return ask()
        except LabError as error:
            self.notify(_text(error), severity="error", timeout=10, markup=False)
            return None


def _text(error: LabError) -> str:
    """An error in the language."""
    return " ".join(show(one) for one in (error.message, error.hint) if one)
