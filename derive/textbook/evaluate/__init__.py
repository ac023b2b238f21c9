"""The value of a meaning at a point."""
