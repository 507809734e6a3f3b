"""Parameters and Spark settings: where they are given, and what values they may have."""
