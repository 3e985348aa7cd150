from __future__ import annotations

import os
import pty
import signal
import threading

import pytest

from drill.execute.signals import interruptible, leave_terminal, undisturbed
from inventory.errors import LabError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_either_signal_ends_the_work(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt, match=number.name), interruptible():
        signal.raise_signal(number)


def test_a_healing_is_finished_first() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt, match="SIGTERM"):  # noqa: PT012 -- the order is the point
        with undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("healed")
        done.append("went on")
    assert done == ["healed"]


def test_a_signal_outlives_a_healing_that_fails() -> None:
    def fail() -> None:
        signal.raise_signal(signal.SIGINT)
        raise LabError("could not be healed")

    with pytest.raises(KeyboardInterrupt, match="SIGINT") as caught, undisturbed():
        fail()
    assert isinstance(caught.value.__context__, LabError), "the failure is not forgotten either"


def test_a_healing_that_fails_undisturbed_is_that_failure() -> None:
    with pytest.raises(LabError, match="could not be healed"), undisturbed():
        raise LabError("could not be healed")


def test_a_closed_terminal_does_not_end_a_healing() -> None:
    terminal, stream = pty.openpty()
    os.close(terminal)
    with pytest.raises(OSError, match="Input/output error"):
        os.write(stream, b"healed")
    leave_terminal((stream,))
    os.write(stream, b"healed")
    os.close(stream)


def test_a_file_is_no_terminal() -> None:
    ours, theirs = os.pipe()
    leave_terminal((theirs,))
    os.write(theirs, b"healed")
    assert os.read(ours, 9) == b"healed"
    os.close(ours)
    os.close(theirs)


def test_the_handlers_of_before_are_back() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with interruptible(), undisturbed():
        pass
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_in_another_thread_there_is_nothing_to_handle() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with interruptible(), undisturbed():
                pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert errors == []
