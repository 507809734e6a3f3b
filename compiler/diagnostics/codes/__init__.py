"""The kinds of mistake that belong to no single check, one module for each range of numbers.

00xx input and encoding, 01xx syntax, 02xx names, schemas and columns, 03xx connectors,
04xx expressions and types, 05xx steps, 06xx streaming, 07xx configuration and secrets,
08xx command line and outputs, 09xx not supported yet, 10xx records of brokers and their formats.
"""
