"""Use cases: one function for each thing that a user does; and `bootstrap`, which wires the stores."""
