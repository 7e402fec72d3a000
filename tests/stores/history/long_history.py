"""A long history of a book, made quickly: text for `git fast-import`."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.stores.history.books import alone, git, made_by_git

FILES_OF_ONE_FOLDER = 40


def make(folder: Path, commits: int = 1_000, files: int = 200, seed: int = 7) -> Path:
    """`files` files in folders of forty; each commit changes one of them, each tenth something that is not the book's."""
    made_by_git(folder)
    stream = b"".join(_stream(commits, files, random.Random(seed)))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True, env=alone())
    git(folder, "reset", "--quiet", "--hard", "trunk")
    return folder


def _stream(commits: int, files: int, chance: random.Random) -> Iterator[bytes]:
    names = [f"promises/{n // FILES_OF_ONE_FOLDER}/p{n}.yaml" for n in range(files)]
    for number in range(commits):
        yield b"commit refs/heads/trunk\ncommitter Ana Lima <ana@example.org> %d +0000\n" % (1_700_000_000 + number * 60)
        yield _data(f"commit {number}".encode())
        changed = names if number == 0 else [f"notes/{number}.md"] if number % 10 == 0 else [chance.choice(names)]
        for name in changed:
            lines = "".join(f"p{n}: {{due: placed + {chance.randrange(30)}d}}\n" for n in range(20))
            yield b"M 100644 inline " + name.encode() + b"\n" + _data(lines.encode())


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
