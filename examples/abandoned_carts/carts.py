"""Carts that are filled, and paid for or left."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql import Row
from pyspark.sql.streaming.stateful_processor import (
    ExpiredTimerInfo,
    StatefulProcessor,
    StatefulProcessorHandle,
    TimerValues,
    ValueState,
)

PATIENCE = timedelta(minutes=30)


class Carts(StatefulProcessor):
    """A user's cart, which is told of when nothing has happened to it for a while."""

    cart: ValueState
    """Items, worth and the time of the last event, as the pipeline declares it."""

    def init(self, handle: StatefulProcessorHandle) -> None:
        self._handle = handle

    def handleInputRows(
        self, key: Any, rows: Iterator[Row], timerValues: TimerValues
    ) -> Iterator[Row]:
        items, worth, touched = self._kept()
        if touched:
            self._handle.deleteTimer(expiry(touched))
        for row in sorted(rows, key=lambda row: row.at):
            if row.kind == "pay":
                items, worth = 0, Decimal(0)
            else:
                items, worth = items + 1, worth + row.price
            touched = max(touched or row.at, row.at)
        if items and touched:
            self.cart.update((items, worth, touched))
            self._handle.registerTimer(expiry(touched))
        else:
            self.cart.clear()
        return iter(())

    def handleExpiredTimer(
        self, key: Any, timerValues: TimerValues, expiredTimerInfo: ExpiredTimerInfo
    ) -> Iterator[Row]:
        items, worth, touched = self._kept()
        self.cart.clear()
        yield Row(user=key[0], items=items, worth=worth, since=touched)

    def close(self) -> None:
        pass

    def _kept(self) -> tuple[int, Decimal, datetime | None]:
        """The cart so far; Spark gives times of rows with a zone, and those of state without."""
        items, worth, touched = self.cart.get() or (0, Decimal(0), None)
        return items, worth, touched and touched.astimezone(UTC)


def expiry(touched: datetime) -> int:
    """The time, in milliseconds, at which a cart counts as left."""
    return int((touched + PATIENCE).timestamp() * 1000)
