"""Values of records, held to the types that they are to have."""
