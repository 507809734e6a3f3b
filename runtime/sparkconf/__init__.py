"""The session of a run and its settings: what names there are, and what a script depends on."""
