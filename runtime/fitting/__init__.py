"""Values of records and columns of tables, held to the types that they are to have."""
