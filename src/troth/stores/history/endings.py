"""Line ends, only where git itself is told to convert them; else every byte stays as it is.

A folder cloned on Windows has carriage returns that the repository has not. Without this every file of such a book
would count as changed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from dulwich.line_ending import CRLF, LineEndingFilter, line_ending_filter_for_action, read_eol_config, resolve_crlf_action

from troth.stores.history.repository import Home


class Endings:
    """By `core.autocrlf`, `core.eol` and the attributes `text` and `eol`. Filters that run programs are not run."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._eol, self._auto, _ = read_eol_config(home.repo.get_config_stack())
        self._attributes = home.repo.get_gitattributes()

    def saved(self, path: PurePosixPath, content: bytes, known: Callable[[], bytes | None]) -> bytes:
        """As the repository keeps it. known: what it holds now; what was saved with carriage returns keeps them."""
        if b"\r" not in content:
            return content
        kept = self._filter(path, lambda: CRLF in (known() or b""))
        return kept.clean(content) if kept else content

    def in_folder(self, path: PurePosixPath, content: bytes) -> bytes:
        kept = self._filter(path, lambda: False)
        return kept.smudge(content) if kept else content

    def _filter(self, path: PurePosixPath, has_crlf: Callable[[], bool]) -> LineEndingFilter | None:
        attributes = self._attributes.match_path(b"/".join(self._home.in_tree(path)))
        action = resolve_crlf_action(attributes, self._eol, self._auto)
        return line_ending_filter_for_action(action, index_has_crlf=has_crlf)
