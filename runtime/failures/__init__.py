"""How a failure is told: where in the pipeline's source it arose, and what Spark says of it."""
