"""The language layer: everything between a person's words and tokens, shared by all engines."""
