"""Formats of records that are more than a call of Spark: Avro and Protobuf, bare and framed."""
