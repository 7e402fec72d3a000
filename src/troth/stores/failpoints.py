"""The moments at which a build, a save, the vault or the post may die: a test installs a hook that kills there; the product none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

NAMES = (
    "lease.before",
    "lease.after",
    "staging.before",
    "staging.after",
    "file.write.before",
    "file.write.after",
    "file.fsync.before",
    "file.fsync.after",
    "file.rename.before",
    "file.rename.after",
    "folder.fsync.before",
    "folder.fsync.after",
    "publish.before",
    "entry.before",
    "entry.after",
    "manifest.snapshot.before",
    "manifest.snapshot.after",
    "manifest.schema.before",
    "manifest.schema.after",
    "manifest.file.before",
    "manifest.file.after",
    "manifest.load.before",
    "manifest.load.after",
    "projection.before",
    "projection.after",
    "commit.before",
    "commit.after",
    "sweep.before",
    "sweep.after",
    "gc.manifest.before",
    "gc.manifest.after",
    "gc.remove.before",
    "gc.remove.after",
    "vault.key.before",
    "vault.key.after",
    "vault.commit.before",
    "vault.commit.after",
    "history.make.before",
    "history.make.after",
    "history.lock.before",
    "history.lock.after",
    "history.object.before",
    "history.object.after",
    "history.pack.before",
    "history.pack.after",
    "history.aside.before",
    "history.aside.after",
    "history.folder.before",
    "history.folder.after",
    "history.ref.before",
    "history.ref.after",
    "history.index.before",
    "history.index.after",
    "outbox.put.before",
    "outbox.put.after",
    "outbox.note.before",
    "outbox.note.after",
    "post.before",
    "post.after",
)

Hook = Callable[[str], None]
_hooks: list[Hook] = []


@contextmanager
def install(hook: Hook) -> Iterator[None]:
    """Call `hook` with the name of each failpoint passed, as long as the context lasts."""
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)


def hit(name: str) -> None:
    for hook in _hooks:
        hook(name)


@contextmanager
def around(step: str) -> Iterator[None]:
    """Pass `step`.before and, if the step did not fail, `step`.after."""
    hit(f"{step}.before")
    yield
    hit(f"{step}.after")
