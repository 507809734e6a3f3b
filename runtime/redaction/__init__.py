"""The values of secrets struck out of what Spark itself writes."""
