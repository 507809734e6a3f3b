"""Protobuf messages as rows, and rows as messages; they are made on the workers."""
