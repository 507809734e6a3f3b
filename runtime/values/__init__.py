"""Values of Spark's types: as Python has them, as people write them, and as Spark SQL has them."""
