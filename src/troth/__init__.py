"""Troth: promises kept."""

__version__ = "0.1.0"
