"""Scores of numbers."""


def scored(numbers):
    return numbers.withColumn("score", numbers.id / divisor(numbers))


def divisor(numbers):
    return {"numbers": 2.0}[numbers.columns[0]]
