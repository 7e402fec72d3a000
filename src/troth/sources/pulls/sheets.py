"""A Google sheet, brought as the CSV file that it gives to whoever knows its link."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from troth.kernel.errors import SourceError
from troth.sources.pulls.asking import EXTRA, Patience, no_answer, outside, refused, session_of
from troth.sources.pulls.bringing import Pulled, sync
from troth.sources.pulls.definition import HERE, Pull
from troth.sources.pulls.sheet_link import address_of, is_named

MOST_REDIRECTS = 5
# Where Google keeps what it exports. Its own page for logging in is no such place.
KEPT = ".googleusercontent.com"
PIECE = 1 << 16
NOT_SHARED = "the sheet is not shared by link"
SHARE = "In the sheet, choose Share and then 'Anyone with the link', or File, Share, Publish to web."


def bring_sheet(source: str, pull: Pull, environment: Mapping[str, str], patience: Patience, *, target: Path) -> tuple[Pulled, str]:
    """Write the sheet as `target`, whole or not at all; what came, and the sheet's own name, "" where it does not say it.

    Raises SourceError, which does not tell the link.
    """
    assert pull.sheet is not None
    link = outside(pull.sheet, environment) if is_named(pull.sheet) else pull.sheet
    try:
        address = address_of(link, pull.address)
    except ValueError as error:
        raise refused(source, str(error), "Mend what `sheet:` of its `pull:` names.") from None
    begun = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        title = _written(source, address, pull.address, patience, begun)
        rows = _rows(source, begun)
        begun.replace(target)
        sync(target.parent)
    except OSError as error:
        raise SourceError(f"'{target.name}' cannot be written", got=error.strerror, next_step="Make room, or ask for the right.") from error
    finally:
        with suppress(OSError):
            begun.unlink()
    return Pulled(source, target.name, rows, 1, 0), title


def _written(source: str, address: str, base: str, patience: Patience, begun: Path) -> str:
    try:
        session = session_of(patience)
    except ModuleNotFoundError as error:
        raise SourceError(f"'{source}' cannot be pulled", got="no client for HTTP", next_step=EXTRA) from error
    try:
        response = _answer(source, session, address, base, patience)
        with response, begun.open("wb") as file:
            pieces = _pieces(source, response)
            first = next(pieces, b"")
            if _is_page(response, first):
                raise refused(source, NOT_SHARED, SHARE)
            file.write(first)
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        return _title(response)
    finally:
        session.close()


def _answer(source: str, session: Any, address: str, base: str, patience: Patience) -> Any:
    """The answer that is none that sends elsewhere. Nothing is sent along, so that no host learns more than the address."""
    for _ in range(MOST_REDIRECTS + 1):
        try:
            response = session.get(
                address, stream=True, allow_redirects=False, timeout=patience.answer, auth=_nobody, hooks={"response": [_checked]}
            )
        except OSError as error:
            status = getattr(getattr(error, "response", None), "status_code", None)
            if status in (401, 403):
                raise refused(source, NOT_SHARED, SHARE) from None
            if status in (404, 410):
                raise refused(source, f"there is no such sheet ({status})", "Copy its link anew.") from None
            raise no_answer(source, error) from None
        if not 300 <= response.status_code < 400:
            return response
        response.close()
        address = urljoin(address, response.headers.get("Location", ""))
        if not may_follow(address, base):
            raise refused(source, NOT_SHARED, SHARE)
    raise refused(source, "it sends elsewhere without end", "Copy its link anew.")


def _nobody(request: Any) -> Any:
    """Who asks is not said: without this, the client would look for a password in the user's .netrc."""
    return request


def _pieces(source: str, response: Any) -> Iterator[bytes]:
    try:
        yield from response.iter_content(PIECE)
    except OSError as error:
        raise no_answer(source, error) from None


def _checked(response: Any, *_: Any, **__: Any) -> None:
    if response.status_code >= 400:
        response.close()
    response.raise_for_status()


def may_follow(address: str, base: str) -> bool:
    """Google keeps exports on other hosts of its own; a sheet that is not shared sends to where one logs in."""
    to, host = urlsplit(address), urlsplit(base).hostname
    if host in HERE:
        return to.hostname in HERE
    return to.scheme == "https" and (to.hostname == host or str(to.hostname).endswith(KEPT))


def _is_page(response: Any, first: bytes) -> bool:
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    begins = first.lstrip(b"\xef\xbb\xbf \r\n\t")[:9].lower()
    return kind in ("text/html", "application/xhtml+xml") or begins.startswith((b"<!doctype", b"<html"))


def _rows(source: str, file: Path) -> int:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            records = sum(1 for record in csv.reader(text) if record)
    except csv.Error:
        raise refused(source, "its answer is no CSV", "Copy its link anew.") from None
    if records < 2:
        raise SourceError(f"'{source}' gave no rows", next_step="Look at the tab that its link names. The file that was there stays.")
    return records - 1


def _title(response: Any) -> str:
    """The name under which the sheet would be saved, without its ending."""
    said = response.headers.get("Content-Disposition", "")
    found = re.search(r"filename\*=UTF-8''([^;]+)", said, re.IGNORECASE)
    name = unquote(found[1]) if found else plain[1] if (plain := re.search(r'filename="?([^";]+)', said)) else ""
    return name.strip().removesuffix(".csv")
