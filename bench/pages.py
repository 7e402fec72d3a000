"""The pages of a server: how soon the first comes, how soon they come to twenty readers at once, what the process holds, what is sent."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.orders import CACHE, orders
from bench.process import ROOT, warm
from bench.table import Line, shown
from bench.timeline import quantile

READERS, ROUNDS = 20, 6
P95_S, MIB, SET_S, FOUND_S = 0.3, 600, 2.0, 0.1
SENT_BYTES, SMALL_BYTES = 1_200_000, 60_000
NONE: Mapping[str, str] = {}
SET = ("/", "/promises", "/promises/{promise}")
SOUGHT = [f"SO-{number:08d}" for number in range(0, 4000, 100)] + ["deliver", "FR", "K00", "visit", "zzz", "A0000"]
DEMO = (*SET, "/measures", "/measures/delivered_in_time", "/measures/delivered_in_time?by=warehouse", "/units", "/data", "/start")


def measure(count: int) -> list[Line]:
    demo = CACHE / "meridian-pages" / "book"
    if not demo.is_dir():
        _troth("example", "meridian", "--to", str(demo.parent), "--quiet")
        _troth("build", "--book", str(demo), "--quiet")
    return [*_demo(demo), _signed_in(demo), *_large(_built(count), count), *_sent()]


def _built(count: int) -> Path:
    """The book of a made-up shop, built once."""
    book = orders(count) / "book"
    if not (book / ".troth").is_dir():
        _troth("build", "--book", str(book), "--quiet")
    return book


def _demo(book: Path) -> list[Line]:
    pages = [page.format(promise="deliver") for page in DEMO]
    with _serving(book) as (address, process):
        first = _ask(address, "/")
        cold = [_ask(address, page) for page in pages]
        took = _together(address, pages)
        found = [_ask(address, f"/search/hits?q={text}") for text in SOUGHT]
        held = _held_mib(process)
    p50, p95 = quantile(took, 0.5), quantile(took, 0.95)
    return [
        Line("the first Monday page of Meridian after a start", shown(first), "", f"all {len(pages)} pages once: {shown(sum(cold))}"),
        Line(
            f"a page of Meridian to {READERS} readers at once, p50 / p95 of {len(took):,}", f"{shown(p50)} / {shown(p95)}",
            f"p95 < {shown(P95_S)}", f"{len(pages)} different pages, each made once for a snapshot", met=p95 < P95_S,
        ),
        Line(
            f"a search on Meridian, p50 / p95 of {len(found)}", f"{shown(quantile(found, 0.5))} / {shown(quantile(found, 0.95))}",
            f"p95 < {shown(FOUND_S)}", "one reader", met=quantile(found, 0.95) < FOUND_S,
        ),
        Line("memory of the server after that", f"{held:,.0f} MiB", f"< {MIB} MiB", "", met=held < MIB),
    ]  # fmt: skip


def _signed_in(book: Path) -> Line:
    """The same with accounts: whose session it is, is looked up with every page."""
    pages = [page.format(promise="deliver") for page in DEMO]
    cookie = {"cookie": f"troth-session={_session(book)}"}
    with _serving(book, demo=False) as (address, _):
        for page in pages:
            _ask(address, page, headers=cookie)
        took = _together(address, pages, cookie)
    p50, p95 = quantile(took, 0.5), quantile(took, 0.95)
    return Line("… where each of them has signed in", f"{shown(p50)} / {shown(p95)}", f"p95 < {shown(P95_S)}", "", met=p95 < P95_S)


def _session(book: Path) -> str:
    """The key of a session of somebody who sees everything."""
    from troth.access import EVERYTHING, Role
    from troth.app.bootstrap import open_access, open_workspace
    from troth.app.people.access import HERE, invite
    from troth.app.people.signing_in import welcome

    access = open_access(open_workspace(book))
    invited = invite(access, HERE, Role.admin, EVERYTHING)
    return welcome(access, invited.key, f"reader {invited.account.id}", "three calm otters").key


def _large(book: Path, count: int) -> list[Line]:
    kept = book / ".troth" / "cache" / "findings"
    shutil.rmtree(kept, ignore_errors=True)
    bare, told_bare = _cold_set(book)
    shutil.rmtree(kept, ignore_errors=True)
    begun = time.perf_counter()
    _troth("build", "--book", str(book), "--quiet")
    ready = time.perf_counter() - begun
    whole, told = _cold_set(book)
    return [
        Line(
            f"the Monday set of {count:,} orders after a build, files and server cold", shown(whole), f"< {shown(SET_S)}",
            f"{told}; `troth build` with nothing to build but these findings: {shown(ready)}", met=whole < SET_S,
        ),
        Line("… with nothing found beforehand, as of a part of the operation", shown(bare), "", told_bare),
    ]  # fmt: skip


def _cold_set(book: Path) -> tuple[float, str]:
    """Seconds of the pages, of a server that has just started, of files that the system does not hold in memory."""
    pages = [page.format(promise="deliver") for page in SET]
    for path in (book / ".troth").rglob("*"):
        if path.is_file():
            _let_go(path)
    with _serving(book) as (address, process):
        took = [_ask(address, page) for page in pages]
        held = _held_mib(process)
    return sum(took), f"{', '.join(f'{page} {shown(one)}' for page, one in zip(pages, took, strict=True))}; {held:,.0f} MiB"


def _let_go(path: Path) -> None:
    """The system drops what it holds of a file, where it can be told to."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _sent() -> list[Line]:
    from troth.faces.web.static_files import served

    code = {name: len(gzip.compress(one.body, 9)) for name, one in served().items() if name.endswith((".js", ".css"))}
    every = code["site.css"] + code["site.js"]
    return [
        Line(
            "JavaScript and CSS of all pages, compressed", f"{sum(code.values()) / 1000:,.0f} kB", f"< {SENT_BYTES / 1000:,.0f} kB",
            ", ".join(f"{name} {size / 1000:.1f}" for name, size in code.items()), met=sum(code.values()) < SENT_BYTES,
        ),
        Line("… of a page without a form", f"{every / 1000:,.1f} kB", f"< {SMALL_BYTES / 1000:,.0f} kB", "", met=every < SMALL_BYTES),
    ]  # fmt: skip


@contextmanager
def _serving(book: Path, *, demo: bool = True) -> Iterator[tuple[str, int]]:
    command = [str(Path(sys.executable).with_name("troth")), "serve", "--book", str(book), "--port", "0", *(["--demo"] if demo else [])]
    with subprocess.Popen(command, cwd=ROOT, env=warm(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        try:
            yield urlsplit(address).netloc, process.pid
        finally:
            process.terminate()


def _ask(address: str, page: str, connection: http.client.HTTPConnection | None = None, headers: Mapping[str, str] = NONE) -> float:
    link = connection or http.client.HTTPConnection(address, timeout=120)
    begun = time.perf_counter()
    link.request("GET", page, headers=dict(headers))
    answer = link.getresponse()
    answer.read()
    took = time.perf_counter() - begun
    if answer.status != 200:
        raise RuntimeError(f"{page} answered {answer.status}")
    return took


def _together(address: str, pages: list[str], headers: Mapping[str, str] = NONE) -> list[float]:
    took: list[float] = []

    def read(place: int) -> None:
        link = http.client.HTTPConnection(address, timeout=120)
        mine = pages[place % len(pages) :] + pages[: place % len(pages)]
        took.extend(_ask(address, page, link, headers) for _ in range(ROUNDS) for page in mine)

    threads = [threading.Thread(target=read, args=(place,)) for place in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _held_mib(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _troth(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("troth")), *arguments], cwd=ROOT, env=warm(), check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(json.dumps([line.measured for line in measure(int(sys.argv[1]))]))
