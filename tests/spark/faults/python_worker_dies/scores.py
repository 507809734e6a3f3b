"""Scores of numbers."""

from pyspark.sql import functions as F


@F.udf("double")
def score(number):
    __import__("os")._exit(3)


def scored(numbers):
    return numbers.select("id", score("id").alias("score"))
