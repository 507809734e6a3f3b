"""Scores of numbers."""


def scored(numbers):
    return numbers.selectExpr("id", "cast(id as string) as score")
