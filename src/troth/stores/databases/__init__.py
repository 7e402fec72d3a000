"""Databases of others: read, never written."""
