"""What a processor is given, without Spark."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ssbt.runtime.streams.processors import State, UndeclaredStateError, WithState

# What Spark hands over, as far as the runtime asks for it.
HANDLE: Any = SimpleNamespace(
    getValueState=lambda *given: ("value", *given),
    getListState=lambda *given: ("list", *given),
    getMapState=lambda *given: ("map", *given),
    registerTimer=lambda at: at,
)
STATES = (
    State("open", "value", "n INT", ttl_ms=5),
    State("pages", "list", "n INT"),
    State("seen", "map", "n INT", key="k INT"),
)


def test_variables_are_there_before_init() -> None:
    result: list[Any] = []

    class Processor(SimpleNamespace):
        def init(self, handle: Any) -> None:
            result.extend([self.open, self.pages, self.seen, handle.registerTimer(3)])

    processor: Any = Processor()
    WithState(processor, STATES).init(HANDLE)
    assert result == [
        ("value", "open", "n INT", 5),
        ("list", "pages", "n INT", None),
        ("map", "seen", "k INT", "n INT", None),
        3,
    ]


def test_a_variable_that_is_not_declared(capsys: pytest.CaptureFixture[str]) -> None:
    """It is reported where the worker writes, because Spark only says that it has crashed."""
    processor: Any = SimpleNamespace(init=lambda handle: handle.getListState("more", "n INT"))
    with pytest.raises(UndeclaredStateError):
        WithState(processor, ()).init(HANDLE)
    assert "getListState: state is declared in the pipeline" in capsys.readouterr().err
