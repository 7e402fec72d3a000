"""Who is at work: git's own settings, then the environment, then the login; never a question, never a failure."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable

from dulwich.config import StackedConfig

from troth.book.history import UNKNOWN, Author
from troth.stores.history.repository import Home

HOST = "localhost"  # no machine is named


def author_of(home: Home | None) -> Author:
    """home: the repository whose settings come first; None while there is none."""
    login = _login()
    name = _setting(home, "name") or os.environ.get("GIT_AUTHOR_NAME", "").strip() or login
    mail = _setting(home, "email") or os.environ.get("GIT_AUTHOR_EMAIL", "").strip() or f"{login}@{HOST}"
    return Author(name, mail)


def _setting(home: Home | None, name: str) -> str:
    def read() -> str:
        settings = StackedConfig.default() if home is None else home.repo.get_config_stack()
        return settings.get((b"user",), name.encode()).decode("utf-8", "replace").strip()

    return _or_nothing(read)


def _login() -> str:
    return _or_nothing(getpass.getuser) or UNKNOWN


def _or_nothing(read: Callable[[], str]) -> str:
    try:
        return read()
    except Exception:  # noqa: BLE001 (a broken setting must not keep an author from saving)
        return ""
