"""Troth sends nothing anywhere but the letters that somebody scheduled, and asks nobody but the systems that a book names."""

from __future__ import annotations

import ast
import re

import pytest

from tests.needs import ROOT
from troth.faces.web.app import POLICY

TALKERS = {
    "aiohttp", "ftplib", "http.client", "http.server", "httpx", "requests", "smtplib", "socket", "ssl", "telnetlib",
    "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PAGES = sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in {".html", ".jinja", ".j2", ".css", ".js", ".svg"})
REMOTE = re.compile(
    r"""<(?:script|img|iframe|link|source|video)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//|@import|\bfetch\s*\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource""",
    re.IGNORECASE,
)


def _imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), names=aliases):
                names |= {module, *(f"{module}.{alias.name}" for alias in aliases)}
            case _:
                pass
    return names


def _talks(name: str) -> bool:
    return any(name == talker or name.startswith(talker + ".") for talker in TALKERS)


DOORS = {
    ("troth/faces/web/running.py", "socket"),  # listens; it calls nobody
    ("troth/stores/mail/smtp.py", "smtplib"),  # hands letters to the mail server that the environment names
    ("troth/stores/mail/smtp.py", "ssl"),
    ("troth/stores/sso/provider.py", "httpx"),  # asks the identity provider that oidc.yaml names
    ("troth/stores/sso/provider.py", "httpx.HTTPError"),
}


def test_no_source_file_can_open_a_connection_but_the_one_that_hands_over_letters() -> None:
    found = {
        (file.relative_to(ROOT / "src").as_posix(), name)
        for file in SOURCES
        for name in _imported(file.read_text(encoding="utf-8"))
        if _talks(name)
    }

    assert found == DOORS


# They ask the server that they came from: its policy, `connect-src 'self'`, lets a browser ask nobody else.
ASKERS = {"troth/faces/web/static/web.js", "troth/faces/web/static/finder.js", "troth/faces/web/static/vendor/htmx.min.js"}


def test_no_shipped_page_loads_from_elsewhere() -> None:
    found = [
        f"{name}: {match.group()}"
        for file in PAGES
        if (name := file.relative_to(ROOT / "src").as_posix()) not in ASKERS
        for match in REMOTE.finditer(file.read_text(encoding="utf-8"))
    ]

    assert found == []
    assert "connect-src 'self'" in POLICY


@pytest.mark.parametrize("name", ["web.js", "finder.js"])
def test_our_own_scripts_ask_for_addresses_of_their_own_server(name: str) -> None:
    script = (ROOT / "src" / "troth" / "faces" / "web" / "static" / name).read_text(encoding="utf-8")
    asked = re.findall(r"\bfetch\((..)", script)

    assert asked
    assert set(asked) <= {'"/', "`/"}
    assert not re.search(r"XMLHttpRequest|sendBeacon|WebSocket|EventSource|https?://(?!www\.w3\.org/)", script)


@pytest.mark.parametrize("line", ["import socket", "from urllib import request", "from http.client import HTTPConnection"])
def test_a_talker_would_be_found(line: str) -> None:
    assert any(_talks(name) for name in _imported(line))


SPEAKERS = {
    "troth/sources/pulls/asking.py": "dlt",
    "troth/stores/databases/postgres.py": "psycopg",
    "troth/stores/sso/provider.py": "authlib",
}
"""The only files that may speak to another computer, to the one that the book or oidc.yaml names."""


def test_only_three_files_speak_to_another_computer() -> None:
    found = {
        file.relative_to(ROOT / "src").as_posix(): name.partition(".")[0]
        for file in SOURCES
        for name in _imported(file.read_text(encoding="utf-8"))
        if name.partition(".")[0] in {"authlib", "dlt", "psycopg"}
    }

    assert found == SPEAKERS
