"""Pure computing: arrays in, frozen results out; what cannot be estimated is raised as CannotEstimate."""
