"""Tables that lie in databases, written out for the time of a build."""
