"""Pages of rows over HTTP. The client is dlt's, of the extra `ingest`; it asks nobody but the system named in the book."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from troth.kernel import digest
from troth.kernel.errors import SourceError
from troth.sources.pulls.definition import Access, Pages, Pull
from troth.sources.pulls.order import order_of

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

EXTRA = "Install what asks it: pip install 'troth[ingest]'"
MOST_PAGES = 100_000
Row = dict[str, Any]
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a system is asked again that is busy or out of order. Seconds."""

    attempts: int = 6
    backoff: float = 1.0
    longest: float = 300.0
    answer: float = 60.0


def pages_of(name: str, pull: Pull, since: object, environment: Mapping[str, str], patience: Patience) -> Iterator[list[Row]]:
    """The rows page by page, numbers as they are written. since: what is asked for begins there, None for all.

    Raises SourceError, which tells no address and no secret, for whatever is no list of rows.
    """
    assert pull.url is not None
    client, paginators, configuration = _client(name)
    host = urlsplit(pull.url).netloc
    auth = _auth(name, pull.auth, host, environment)
    asked = dict(pull.parameters)
    if pull.newer and pull.newer.parameter and since is not None:
        asked[pull.newer.parameter] = seconds_of(since) if pull.newer.seconds else since  # type: ignore[assignment]
    session = session_of(patience)
    rest = client(pull.url.rstrip("/") + "/", session=session, config=configuration)
    before = ""
    try:
        found = rest.paginate(
            pull.path, params=asked, auth=auth, paginator=_paginator(pull.pages, paginators), data_selector=pull.rows or "$",
            hooks={"response": [partial(_checked, name)]}, allow_redirects=False, timeout=patience.answer,
        )  # fmt: skip
        for number, page in enumerate(found, start=1):
            rows = _rows(name, pull, page, number)
            now = digest.of_text(json.dumps(rows))
            if (rows and now == before) or number > MOST_PAGES:
                raise refused(name, f"page {number:,} is the same as the one before", "Mend `pages:` of its `pull:`.")
            before = now
            yield rows
    except SourceError:
        raise
    except OSError as error:
        raise no_answer(name, error) from None
    except ValueError as error:
        raise refused(name, f"its answer cannot be followed: {type(error).__name__}", "Mend `pages:` of its `pull:`.") from None
    finally:
        session.close()


def _client(name: str) -> tuple[Any, Any, Any]:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    try:
        from dlt.common.configuration.specs import RuntimeConfiguration
        from dlt.sources.helpers.rest_client import paginators
        from dlt.sources.helpers.rest_client.client import RESTClient
    except ModuleNotFoundError as error:
        raise SourceError(f"'{name}' cannot be pulled", got="no client for HTTP", next_step=EXTRA) from error
    # Given here, so that it is not looked for in files of the user or of this folder.
    return RESTClient, paginators, RuntimeConfiguration()


def session_of(patience: Patience) -> Any:
    from dlt.sources.helpers.requests.retry import Client

    return Client(
        raise_for_status=False, request_timeout=patience.answer, request_max_attempts=patience.attempts,
        request_backoff_factor=patience.backoff, request_max_retry_delay=patience.longest,
    ).session  # fmt: skip


def _paginator(pages: Pages, kinds: Any) -> BasePaginator:
    made: dict[str, Callable[[], BasePaginator]] = {
        "single": kinds.SinglePagePaginator,
        "page": lambda: kinds.PageNumberPaginator(base_page=pages.first, page_param=pages.parameter, total_path=None),
        "offset": lambda: kinds.OffsetPaginator(
            limit=pages.size, offset_param=pages.parameter, limit_param=pages.size_parameter, total_path=None
        ),
        "cursor": lambda: _by_cursor(pages, kinds),
        "link": lambda: kinds.JSONLinkPaginator(next_url_path=pages.field),
        "header": kinds.HeaderLinkPaginator,
    }
    return made[pages.by]()


def _by_cursor(pages: Pages, kinds: Any) -> BasePaginator:
    """The client's own, which ends where the system says that there is no more, and asks once what is asked once."""
    plain: Any = kinds.JSONResponseCursorPaginator

    class ByCursor(plain):  # type: ignore[misc]
        def update_state(self, response: Any, data: list[Any] | None = None) -> None:
            super().update_state(response, data)
            answer = response.json()
            ended = pages.last is not None and _said_at(answer, pages.last) is True
            ended |= pages.more is not None and _said_at(answer, pages.more) is False
            if ended:
                self._has_next_page = False

        def update_request(self, request: Any) -> None:
            super().update_request(request)
            for parameter in pages.once:
                request.params.pop(parameter, None)

    made: BasePaginator = ByCursor(cursor_path=pages.field, cursor_param=pages.parameter)
    return made


def seconds_of(value: object) -> object:
    """An instant as whole seconds since 1970; a number stays as it is.

    >>> seconds_of("2026-03-01T00:00:00Z"), seconds_of("0")
    (1772323200, '0')
    """
    kind, at = order_of(value)
    return int(at.timestamp()) if kind == "instant" and isinstance(at, datetime) else value


def _auth(name: str, access: Access | None, host: str, environment: Mapping[str, str]) -> Callable[[Any], Any]:
    """Puts on each question who asks, and refuses one that an answer's link leads to another host: it would be told the secret."""
    headers, parameters = _credentials(access, environment)

    def signed(request: Any) -> Any:
        if urlsplit(request.url).netloc != host:
            raise refused(name, "its next page would lie with another host", "Mend `pages:` of its `pull:`.")
        request.headers.update(headers)
        if parameters:
            request.prepare_url(request.url, parameters)
        return request

    return signed


def _credentials(access: Access | None, environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    def said(url: str) -> str:
        return outside(url, environment)

    if access is None:
        return {}, {}
    if access.bearer:
        return {"Authorization": f"Bearer {said(access.bearer)}"}, {}
    if access.basic:
        pair = f"{said(access.basic.user)}{access.basic.behind}:{said(access.basic.password)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, {}
    if access.header:
        return {access.header.name: said(access.header.value)}, {}
    assert access.parameter is not None
    return {}, {access.parameter.name: said(access.parameter.value)}


def outside(url: str, environment: Mapping[str, str]) -> str:
    """What env:NAME stands for."""
    variable = url.removeprefix("env:")
    value = environment.get(variable, "")
    if not value or not value.isprintable():
        got = "nothing" if not value else "a sign that cannot be sent"
        raise SourceError(f"{variable} is not set in the environment", got=got, next_step="Set it to what the system gave you.")
    return value


def _checked(name: str, response: Any, *_: Any, **__: Any) -> None:
    """An answer that is none ends the pull, or is asked for again; numbers in the others stay as they are written."""
    if response.status_code >= 300:
        response.close()  # nobody will read it, and its connection would stay open
    response.raise_for_status()
    if 300 <= response.status_code < 400:
        raise refused(name, "it sends elsewhere", "Mend `url:` of its `pull:`.")

    def exact(**_: Any) -> Any:
        try:
            return json.loads(response.content, parse_float=str)
        except ValueError:
            raise refused(name, "its answer is no JSON", "Mend `path:` of its `pull:`.") from None

    response.json = exact


def _rows(name: str, pull: Pull, page: Any, number: int) -> list[Row]:
    rows = list(page)
    if not rows and pull.rows and not _there(page.response.json(), pull.rows):
        raise refused(name, f"its answer has no '{pull.rows}'", "Mend `rows:` of its `pull:`.")
    strange = next((row for row in rows if not isinstance(row, dict)), None)
    if strange is not None:
        raise refused(name, f"page {number:,} holds a {type(strange).__name__} where a row should be", "Mend `rows:` of its `pull:`.")
    return rows


def _there(answer: object, path: str) -> bool:
    return _said_at(answer, path, _NOTHING) is not _NOTHING


def _said_at(answer: object, path: str, otherwise: object = None) -> object:
    for part in path.removeprefix("$.").split("."):
        if not isinstance(answer, dict) or part not in answer:
            return otherwise
        answer = answer[part]
    return answer


def no_answer(name: str, error: OSError) -> SourceError:
    """What the client says holds the address with its parameters: it is told in other words."""
    response = getattr(error, "response", None)
    if response is None:
        said = "it did not answer in time" if "Timeout" in type(error).__name__ else "it cannot be reached"
        return refused(name, said, "Look at `url:` of its `pull:` and at the network, and pull again.")
    status = int(response.status_code)
    if status in (401, 403):
        return refused(name, f"it does not let us in ({status})", "Mend what `auth:` of its `pull:` names.")
    if status == 429:
        return refused(name, "it was asked too often (429)", "Pull again later.")
    if status >= 500:
        return refused(name, f"it is out of order ({status})", "Pull again later.")
    return refused(name, f"it refuses the question ({status})", "Mend `path:` and `parameters:` of its `pull:`.")


def refused(name: str, got: str, next_step: str) -> SourceError:
    return SourceError(f"'{name}' cannot be pulled", got=got, next_step=f"{next_step} Nothing was written.")
