"""Scores of numbers, which take the executor's memory."""

import os
from pathlib import Path
import signal

from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType


@F.udf(DoubleType())
def score(number):
    """As the system ends a process that takes too much memory."""
    daemon = os.getppid()
    executor = Path(f"/proc/{daemon}/stat").read_text().rpartition(")")[2].split()[1]
    os.kill(int(executor), signal.SIGKILL)


def scored(numbers):
    return numbers.select("id", score("id").alias("score"))
