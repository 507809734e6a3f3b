"""Functions of other dialects and libraries, and how Spark writes them."""
