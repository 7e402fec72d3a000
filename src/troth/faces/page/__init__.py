"""The HTML face: one self-contained file that reads like a paper."""

from troth.faces.page.render import render

__all__ = ["render"]
