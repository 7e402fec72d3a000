"""The pages in a browser, and the same by REST: a server for one operation."""

from troth.faces.web.app import web_app

__all__ = ["web_app"]
