"""Matching by weights, by packages of the extra `identity`."""
