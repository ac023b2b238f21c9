"""What formulas mean: scalar expressions in index notation, and how they are read from trees."""
