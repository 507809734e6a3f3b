"""A processor of the user's, given the state that its pipeline declares; from Spark 4 on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import sys
import traceback
from types import ModuleType
from typing import Any

from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import SparkSession
from pyspark.sql.streaming.stateful_processor import StatefulProcessor, StatefulProcessorHandle


@dataclass(frozen=True)
class State:
    """A variable that a processor keeps for each key: a `value`, a `list` or a `map`.

    `schema` and `key`, that of a map's keys, are DDL. After `ttl_ms` Spark forgets what was set.
    """

    name: str
    kind: str
    schema: str
    key: str = ""
    ttl_ms: int | None = None

    def variable(self, handle: StatefulProcessorHandle) -> Any:
        """The variable itself, of the key that is being processed."""
        if self.kind == "map":
            return handle.getMapState(self.name, self.key, self.schema, self.ttl_ms)
        if self.kind == "list":
            return handle.getListState(self.name, self.schema, self.ttl_ms)
        return handle.getValueState(self.name, self.schema, self.ttl_ms)


def with_state(processor: StatefulProcessor, *states: State) -> StatefulProcessor:
    """The processor, which finds each variable as an attribute of its name from `init` on."""
    # The worker that asks a processor for its state, on the driver, does not look into --py-files.
    ship: Callable[[ModuleType], None] = register_pickle_by_value
    for module in (processor.__module__, __name__):
        ship(sys.modules[module])
    # A batch fails unless the manager of streams has been asked for.
    _ = SparkSession.builder.getOrCreate().streams
    return WithState(processor, states)


class UndeclaredStateError(Exception):
    """A processor made a variable that its pipeline knows nothing of."""


class _GuardedHandle:
    """The handle of a processor, but for new variables."""

    def __init__(self, handle: StatefulProcessorHandle) -> None:
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        if name in ("getValueState", "getListState", "getMapState"):
            raise UndeclaredStateError(
                f"{name}: state is declared in the pipeline, in the block `state` of the step,"
                " and is there as an attribute of the processor"
            )
        return getattr(self._handle, name)


class WithState(StatefulProcessor):
    """A processor and the variables that are set on it."""

    def __init__(self, processor: StatefulProcessor, states: tuple[State, ...]) -> None:
        self._processor, self._states = processor, states

    def init(self, handle: StatefulProcessorHandle) -> None:
        for state in self._states:
            setattr(self._processor, state.name, state.variable(handle))
        guarded: Any = _GuardedHandle(handle)
        try:
            self._processor.init(guarded)
        except Exception:
            # Of a failure here Spark says no more than that its worker has crashed.
            traceback.print_exc()
            raise

    def handleInputRows(self, key: Any, rows: Any, timerValues: Any) -> Iterator[Any]:
        return self._processor.handleInputRows(key, rows, timerValues)

    def handleExpiredTimer(
        self, key: Any, timerValues: Any, expiredTimerInfo: Any
    ) -> Iterator[Any]:
        return self._processor.handleExpiredTimer(key, timerValues, expiredTimerInfo)

    def close(self) -> None:
        self._processor.close()
