"""Instants as connectors take them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pyspark.sql import SparkSession


def epoch_milliseconds(moment: datetime, spark: SparkSession) -> int:
    """Milliseconds since 1970; a time without a zone is one of the session's, as in SQL."""
    if moment.tzinfo is None:
        zone = str(spark.conf.get("spark.sql.session.timeZone"))
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1000)
