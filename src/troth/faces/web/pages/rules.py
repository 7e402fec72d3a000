"""Rules: the book as a tree, why a rule is as it is for somebody, what became of it, and a file to be edited."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from troth.access import Role
from troth.app.pages.rule_pages import FileText, changed_in, file_text, history_of, rules_told, save_edit, try_edit
from troth.app.rulebook.rulebook import show, why
from troth.faces.web.desk import Desk, SeesAll, at_least
from troth.kernel.errors import BookError, Conflict, NotFound

router = APIRouter(include_in_schema=False)
Admin = Annotated[Desk, Depends(at_least(Role.admin))]
MESSAGE = "Edited in the browser"


@router.get("/rules")
def rules(desk: SeesAll) -> Response:
    return desk.show("rules.html", told=rules_told(desk.served.workspace))


@router.get("/rules/history")
def history(desk: SeesAll, revision: str = "") -> Response:
    workspace = desk.served.workspace
    changed = changed_in(workspace, revision) if revision else ()
    return desk.show("rules_history.html", revisions=history_of(workspace), revision=revision, changed=changed)


@router.get("/rules/files/{path:path}")
def file(desk: SeesAll, path: str) -> Response:
    told = file_text(desk.served.workspace, path)
    return _file(desk, told)


@router.post("/rules/files/{path:path}")
def edit(
    desk: Admin, path: str, text: Annotated[str, Form()], based_on: Annotated[str, Form()] = "", message: Annotated[str, Form()] = "",
    check: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Check an edit, or save it as a revision; what is wrong is told at its line, and the edit stays in the form."""
    workspace, text = desk.served.workspace, text.replace("\r\n", "\n")  # as browsers end lines
    problems = try_edit(workspace, path, text)
    told = FileText(path, text, based_on or None, problems)
    wrong = any(problem.level == "error" for problem in problems)
    if check or wrong:
        return _file(desk, told, checked=True, status=422 if wrong else 200)
    try:
        save_edit(workspace, path, text, message.strip() or MESSAGE, based_on=based_on or None, who=desk.viewer.id)
    except NotFound:
        return _file(desk, told, said=desk.language.gettext("Nothing differs from what is saved."))
    except (Conflict, BookError) as error:
        return _file(desk, told, said=str(error), status=409)
    return RedirectResponse("/rules/history", 303)


@router.get("/rules/{address}")
def rule(desk: SeesAll, address: str, whom: str = "", at: str = "") -> Response:
    """A definition for somebody, or why one of its fields says what it does: promises.deliver, promises.deliver.due."""
    workspace = desk.served.workspace
    if address.count(".") > 1:
        return desk.show("rule_why.html", told=why(workspace, address, keys=whom, at=at or None), address=address, whom=whom, at=at)
    return desk.show("rule.html", told=show(workspace, address, keys=whom, at=at or None), address=address, whom=whom, at=at)


def _file(desk: Desk, told: FileText, *, checked: bool = False, said: str = "", status: int = 200) -> Response:
    return desk.show("rules_file.html", status, told=told, checked=checked, said=said, may_edit=desk.viewer.may(Role.admin))
