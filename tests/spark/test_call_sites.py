"""Expressions that the runtime makes have no line in errors; those of a script keep theirs."""

from pyspark.errors import NumberFormatException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
import pytest

from ssbt.runtime.errors.call_sites import without_call_sites

pytestmark = pytest.mark.spark


def _find_call_sites(spark: SparkSession, *, noted: bool) -> list[str]:
    """The lines that an error names, of a cast that is made with notes or without."""
    text = F.lit("no number")
    if noted:
        number = text.cast("int")
    else:
        with without_call_sites():
            number = text.cast("int")
    with pytest.raises(NumberFormatException) as raised:
        spark.range(1).select(number).collect()
    return [each.callSite() for each in raised.value.getQueryContext()]


def test_notes_are_left_out_and_made_again(spark: SparkSession) -> None:
    assert not any(__file__ in site for site in _find_call_sites(spark, noted=False))
    assert any(__file__ in site for site in _find_call_sites(spark, noted=True))


def test_an_error_brings_them_back(spark: SparkSession) -> None:
    with pytest.raises(ZeroDivisionError), without_call_sites():
        raise ZeroDivisionError
    assert any(__file__ in site for site in _find_call_sites(spark, noted=True))
