"""What Spark and Python say of an error: its cause, a way out, whether it is transient."""
