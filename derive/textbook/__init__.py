"""Derivations as books print them: read, and judged line by line."""
