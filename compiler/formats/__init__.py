"""Schemas that are written in other languages than ours: Avro, Protobuf, JSON Schema, DDL."""
