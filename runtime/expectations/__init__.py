"""What tests give and expect: rows, as a plan has them, as Spark has them, and side by side."""
