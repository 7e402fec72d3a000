"""Rows of systems that answer over HTTP, brought into files that a source reads."""
