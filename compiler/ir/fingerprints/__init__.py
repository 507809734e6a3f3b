"""What a stream's checkpoint depends on, as parts that two versions of it are compared by."""
