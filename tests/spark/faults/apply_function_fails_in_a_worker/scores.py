"""Scores of numbers."""

from pyspark.sql import functions as F


@F.udf("double")
def score(number):
    return 1 / number


def scored(numbers):
    return numbers.select("id", score("id").alias("score"))
