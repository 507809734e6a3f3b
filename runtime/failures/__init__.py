"""How a failure is reported: where in the pipeline's source it arose, and what Spark says of it."""
