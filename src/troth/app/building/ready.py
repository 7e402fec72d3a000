"""What is asked of every snapshot first, found as soon as there is one: who opens the pages of a large record must not wait for it."""

from __future__ import annotations

from troth.app.workspace import Progress, Workspace, silent


def make_ready(workspace: Workspace, *, progress: Progress = silent) -> bool:
    """Find what can be said of the snapshot in force, and keep it. False of a small one: it is found as quickly when it is asked for."""
    snapshot = workspace.lake.current()
    if snapshot is None or snapshot.judged < workspace.findings(snapshot.id).least:
        return False
    from troth.app.reading import findings_of, open_reading  # of which a build has no need

    progress("finding what can be said")
    findings_of(open_reading(workspace))
    return True
