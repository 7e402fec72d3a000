"""From nothing to a true sentence about one's own folder in a browser: three commands, no question."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.web.conftest import text_of
from troth.app.starting.examples import corner_shop
from troth.faces.cli import serve_commands
from troth.faces.cli.commands import demo
from troth.faces.web.running import listening

TROTH = Path(sys.executable).with_name("troth")


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """The address at which a server says that it listens; it has nothing to read from."""
    process = subprocess.Popen([TROTH, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield re.findall(r"http://\S+", process.stdout.readline())[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def done(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command at its end; it has nothing to read from either."""
    return subprocess.run([TROTH, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def test_one_s_own_folder_says_something_true_after_three_commands_and_no_question(tmp_path: Path) -> None:
    """The first of the three is `pip install troth`."""
    folder = tmp_path / "own"
    shutil.copytree(corner_shop(), folder)
    begun = done("start", str(folder), "--into", str(tmp_path / "book"))

    with running("serve", "--demo", "--book", str(tmp_path / "book"), "--port", "0") as address, urlopen(address, timeout=60) as answer:
        page = text_of(answer.read().decode())

    assert begun.returncode == 0  # a question would have met the end of what it reads from
    assert re.search(r"\d+ of every 100 promises", page)


def test_whoever_is_first_becomes_admin_by_a_link_and_nobody_else_sees_anything(tmp_path: Path) -> None:
    shutil.copytree(corner_shop(), tmp_path / "own")
    done("start", str(tmp_path / "own"), "--into", str(tmp_path / "book"))

    with running("serve", "--book", str(tmp_path / "book"), "--port", "0") as address, urlopen(address, timeout=60) as answer:
        page = text_of(answer.read().decode())
        assert answer.url.endswith("/sign-in")

    assert "of every 100" not in page


def test_a_port_that_is_taken_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "troth.yaml").write_text("name: Empty\nfolder: .\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = done("serve", "--demo", "--book", str(tmp_path), "--port", str(port))

    assert refused.returncode == 2
    assert f"nobody can listen at 127.0.0.1:{port}" in refused.stderr
    assert "another --port" in refused.stderr


def test_the_demonstration_is_served_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[Path, int, bool]] = []
    monkeypatch.setattr(serve_commands, "serve", lambda book, host, port, *, demo, tls: served.append((book, port, demo)))
    monkeypatch.setattr("troth.app.starting.examples.demo", lambda into, step: into / "book")
    monkeypatch.setattr("troth.faces.cli.commands.monday", lambda *_, **__: None)

    demo(tmp_path, serve=False)
    assert served == []
    demo(tmp_path, serve=True, port=0)
    assert served == [(tmp_path / "book", 0, True)]


def test_no_secret_of_the_machine_is_in_a_page(tmp_path: Path) -> None:
    shutil.copytree(corner_shop(), tmp_path / "own")
    done("start", str(tmp_path / "own"), "--into", str(tmp_path / "book"))

    with running("serve", "--demo", "--book", str(tmp_path / "book"), "--port", "0") as address:
        pages = [urlopen(address + path, timeout=60).read().decode() for path in ("", "promises", "data", "start")]

    assert all(os.fspath(tmp_path) not in page for page in pages)


def test_what_is_small_is_sent_at_once() -> None:
    """Else each answer on a kept connection waits 40 ms: asyncio turns that off for a socket alone that says that it is TCP's."""
    with listening("127.0.0.1", 0) as door, socket.create_connection(door.getsockname()) as caller:
        answering, _ = door.accept()
        with answering:
            assert door.proto == answering.proto == socket.IPPROTO_TCP
        assert caller.fileno() >= 0
