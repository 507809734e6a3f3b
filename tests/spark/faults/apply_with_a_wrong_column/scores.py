"""Scores of numbers."""


def scored(numbers):
    return numbers.selectExpr("id", "ident * 1.5D as score")
