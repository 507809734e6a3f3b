"""Files: small ones on any store; those that a script reads, and whether their values fit."""
