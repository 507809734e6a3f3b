"""Scores."""

from pyspark.sql import DataFrame


def score(orders: DataFrame) -> DataFrame:
    return orders


def weighted(orders: DataFrame, weight: float) -> DataFrame:
    return orders


def nothing() -> None:
    pass
