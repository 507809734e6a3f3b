"""Counts."""

from pyspark.sql.streaming.stateful_processor import StatefulProcessor


class Counting(StatefulProcessor):
    def init(self, handle):
        pass

    def handleInputRows(self, key, rows, timerValues):
        raise LookupError(f"nothing is known of {key[0]}")

    def close(self):
        pass
