"""The command line: `troth start FOLDER` and what follows from it."""

from troth.faces.cli.commands import app, main

__all__ = ["app", "main"]
