"""The HTML face: one self-contained file that reads like a paper."""

from troth.faces.page.render import render, render_calendar, render_data

__all__ = ["render", "render_calendar", "render_data"]
