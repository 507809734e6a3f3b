"""What checkpoints depend on: parts, and which of them have changed."""
