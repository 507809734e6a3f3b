"""Records of brokers: decoded, encoded, and what becomes of those that cannot be."""
