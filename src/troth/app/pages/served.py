"""An operation that is open to many at once: each snapshot is attached once for each scope, and each page made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock, local
from typing import Any, TypeVar

from troth.access import EVERYTHING, Scope
from troth.app.pages.scoping import scoped
from troth.app.reading import Reading, open_reading
from troth.app.rulebook.rules import read_rules
from troth.app.workspace import Workspace
from troth.kernel.errors import NotFound

MOST_READINGS = 8
MOST_PAGES = 512
MOST_TEXTS = 96
Made = TypeVar("Made")


@dataclass(slots=True)
class _Cell:
    lock: Lock = field(default_factory=Lock)
    made: bool = False
    value: Any = None


class Kept:
    """The newest so many of what was made, by key; each is made by one thread while others that want the same wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, _Cell] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Raises what `make` raises, and forgets the key then."""
        with self._lock:
            cell = self._found.setdefault(key, _Cell())
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        with cell.lock:
            if not cell.made:
                try:
                    cell.value = make()
                except BaseException:
                    with self._lock:
                        if self._found.get(key) is cell:
                            del self._found[key]
                    raise
                cell.made = True
        return cell.value


@dataclass(slots=True)
class _Opened:
    reading: Reading
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True)
class Served:
    """Made once a process. What is asked of it may be asked from several threads.

    A page that is open while a build publishes stays what it was; the next one asked for is of the new snapshot.
    """

    workspace: Workspace
    _readings: Kept = field(default_factory=lambda: Kept(MOST_READINGS))
    _pages: Kept = field(default_factory=lambda: Kept(MOST_PAGES))
    _texts: Kept = field(default_factory=lambda: Kept(MOST_TEXTS))
    _asking: local = field(default_factory=local)

    @property
    def name(self) -> str:
        """What the operation is called."""
        name: str = self._pages.get(("name", self.snapshot_or_none()), lambda: read_rules(self.workspace).settings.name)
        return name

    def snapshot_or_none(self) -> str | None:
        current = self.workspace.lake.current()
        return None if current is None else current.id

    def snapshot(self) -> str:
        """The id of the snapshot in force. Raises NotFound when nothing was built yet."""
        current = self.snapshot_or_none()
        if current is None:
            raise NotFound("nothing was built yet", next_step="Run: troth build")
        return current

    def reading(self, scope: Scope) -> Reading:
        """The snapshot in force as somebody of a scope sees it, for one who asks alone. Raises NotFound when nothing was built yet."""
        return self._opened(self.snapshot(), scope).reading

    def asked(self, scope: Scope, make: Callable[[Reading], Made]) -> Made:
        """What `make` gives of the reading, while nobody else asks the same one: questions make tables on its engine.

        `make` may ask of what is served the whole operation alone, where this reading is limited. Raises NotFound when nothing was built.
        """
        return self._asked(self.snapshot(), scope, make)

    def _asked(self, snapshot: str, scope: Scope, make: Callable[[Reading], Made]) -> Made:
        self._refuse_nested(scope)
        opened, before = self._opened(snapshot, scope), getattr(self._asking, "now", None)
        with opened.lock:
            self._asking.now = scope
            try:
                return make(opened.reading)
            finally:
                self._asking.now = before

    def _refuse_nested(self, scope: Scope) -> None:
        """Whoever asks a limited reading may ask the whole one, never the other way: two could wait for each other for ever."""
        now: Scope | None = getattr(self._asking, "now", None)
        if now is not None and (now.whole or not scope.whole):
            raise RuntimeError("what asks a reading may not ask what is served")

    def _opened(self, snapshot: str, scope: Scope) -> _Opened:
        def make() -> _Opened:
            if scope.whole:
                return _Opened(open_reading(self.workspace))
            return _Opened(self._asked(snapshot, EVERYTHING, lambda whole: scoped(self.workspace, whole, scope)))

        opened: _Opened = self._readings.get((snapshot, scope.key), make)
        return opened

    def kept(self, scope: Scope, key: Hashable, make: Callable[[Reading], Made]) -> Made:
        """What `make` gives of the reading, made once for each snapshot and scope. key: what else it depends on."""
        snapshot = self.snapshot()
        self._refuse_nested(scope)
        made: Made = self._pages.get((snapshot, scope.key, key), lambda: self._asked(snapshot, scope, make))
        return made

    def noted(self, scope: Scope, key: Hashable, make: Callable[[Reading], Made]) -> Made:
        """The same of what `make` reads of the journal besides: made anew only after something was written there."""
        return self.kept(scope, ("noted", self.workspace.journal.mark(), key), make)

    def written(self, scope: Scope, key: Hashable, make: Callable[[], Made]) -> Made:
        """The same of a page as it is sent, of which fewer are kept."""
        made: Made = self._texts.get((self.snapshot_or_none(), scope.key, key), make)
        return made
