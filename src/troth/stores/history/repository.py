"""Which repository a book lies in, what state it is in, and how a new one is made."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dulwich.file import SharedPerm, adjust_shared_perm
from dulwich.ignore import IgnoreFilterManager
from dulwich.object_store import tree_lookup_path
from dulwich.objects import Commit, ObjectID
from dulwich.refs import HEADREF, DiskRefsContainer, Ref
from dulwich.repo import Repo

from troth.kernel.errors import BookError, StoreError, TrothError
from troth.stores import failpoints
from troth.stores.lake.lease import LOCK
from troth.stores.lake.parquet import fsync_folder

DOT_GIT = ".git"
SPARE_MARK = ".troth-tmp"
BRANCH = b"main"
IGNORED = ("/.troth/", "/pages/")
UNFINISHED = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


@dataclass(frozen=True, slots=True)
class Home:
    """The repository of a book.

    top: its working folder. root: the book's folder, in it or the same. Both resolved. prefix: the folders from one to
    the other.
    """

    repo: Repo
    top: Path
    root: Path
    prefix: tuple[bytes, ...]

    @property
    def own(self) -> Path:
        """A folder for Troth's own files, on the disk of the repository."""
        return Path(self.repo.commondir()) / "troth"

    @property
    def shared(self) -> SharedPerm | None:
        """What the repository's other writers need on new files."""
        return self.repo.object_store.shared_perm

    def in_tree(self, path: PurePosixPath) -> tuple[bytes, ...]:
        """Where a file of the book stands in the repository."""
        return (*self.prefix, *map(os.fsencode, path.parts))

    def name(self, path: PurePosixPath) -> bytes:
        return b"/".join(self.in_tree(path))

    def ref_file(self, ref: Ref) -> Path:
        return Path(os.fsdecode(self.repo.refs.refpath(ref))) if isinstance(self.repo.refs, DiskRefsContainer) else self.top

    def branch(self) -> tuple[Ref, ObjectID | None]:
        """The reference that HEAD leads to and the commit there; HEAD itself where it is detached."""
        names, commit = self.repo.refs.follow(Ref(HEADREF))
        return names[-1], commit

    def shallow(self) -> frozenset[ObjectID]:
        """Commits whose parents a shallow clone does not have; a worktree shares them with the repository that it is of."""
        file = Path(self.repo.commondir()) / "shallow"
        return frozenset(ObjectID(line) for line in file.read_bytes().split()) if file.is_file() else frozenset()

    def flag(self, section: str, name: str, *, default: bool) -> bool:
        try:
            return bool(self.repo.get_config_stack().get_boolean((section.encode(),), name.encode(), default))
        except ValueError:  # a third value, such as `always`
            return default


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say what goes wrong underneath as a StoreError; errors of our own pass."""
    try:
        yield
    except TrothError:
        raise
    except Exception as error:  # what the library raises has no common root, and a traceback helps no author
        kind = "" if isinstance(error, OSError) else f"{type(error).__name__} "
        raise StoreError(
            what,
            got=f"{kind}{_words(error)}",
            next_step="The book's files are as they were. `git fsck` names what is damaged in a repository; a clone of it may be whole.",
        ) from error


@contextmanager
def opened(root: Path) -> Iterator[Home | None]:
    """The repository that holds the book in `root`, closed again afterwards; None where there is none."""
    with ExitStack() as held:
        with told(f"the repository of the book in '{root}' cannot be read"):
            root = root.resolve()
            home = _found(root)
        if home is not None:
            held.callback(home.repo.close)
        yield home


def make(root: Path) -> None:
    """A new repository in the book's folder, there whole or not at all; another one made meanwhile is as good."""
    root = root.resolve()
    spare = root / f"{DOT_GIT}.{secrets.token_hex(8)}{SPARE_MARK}"
    try:
        with failpoints.around("history.make"):
            spare.mkdir()
            Repo.init(spare, default_branch=BRANCH).close()
            (spare / DOT_GIT).rename(root / DOT_GIT)
            fsync_folder(root)
    except OSError:
        if not (root / DOT_GIT).exists():
            raise
    finally:
        shutil.rmtree(spare, ignore_errors=True)


def share(home: Home) -> None:
    """Troth's own folder and the lock in it, as writable for others as the repository is."""
    home.own.mkdir(exist_ok=True)
    (home.own / LOCK).touch(exist_ok=True)
    for place in (home.own, home.own / LOCK):
        adjust_shared_perm(place, home.shared)


def ignoring(root: Path) -> tuple[bytes | None, bytes]:
    """What `.gitignore` holds, None if there is none, and what it must hold in a repository of the book's own."""
    file = root / ".gitignore"
    before = file.read_bytes() if file.is_file() else None
    text = before or b""
    known = {line.strip().strip(b"/") for line in text.splitlines()}
    missing = [line for line in IGNORED if line.strip("/").encode() not in known]
    between = b"" if not text or text.endswith(b"\n") else b"\n"
    return before, text + between * bool(missing) + "".join(f"{line}\n" for line in missing).encode()


def refuse_unless_writable(home: Home) -> None:
    """Raises BookError where a revision would get lost or would disturb what its author is about to do."""
    git = Path(home.repo.controldir())
    for name, doing in UNFINISHED.items():
        if (git / name).exists():
            raise BookError(
                f"the repository in '{home.top}' is in the middle of {doing}",
                next_step="End it with git (commit, --continue or --abort), then save again. The book's files are as they were.",
            )
    if not isinstance(home.repo.refs, DiskRefsContainer):
        raise BookError(f"the repository in '{home.top}' keeps its references as reftable", allowed="files")
    ref, commit = home.branch()
    if ref == HEADREF:
        raise BookError(
            f"the repository in '{home.top}' is on no branch (detached HEAD)",
            got="no commit" if commit is None else f"commit {commit.decode()[:12]}",
            next_step="A revision made there is easily lost. Go to a branch first: git switch BRANCH, or git switch -c NEW.",
        )


def _found(root: Path) -> Home | None:
    ceilings = {Path(path).resolve() for path in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    for folder in (root, *root.parents):
        if folder != root and folder in ceilings:
            return None
        if (folder / DOT_GIT).exists() or (folder / DOT_GIT).is_symlink():
            home = _home(folder, root)
            if home.root == home.top or not _is_ignored(home):
                return home
            home.repo.close()
            return None
        if _is_git(folder):
            raise BookError(
                f"'{folder}' is a bare repository", got="no working folder", next_step="Clone it, and keep the book in the clone."
            )
    return None


def _home(folder: Path, root: Path) -> Home:
    dot_git = folder / DOT_GIT
    if dot_git.is_dir() and not _is_git(dot_git):
        raise StoreError(
            f"'{dot_git}' is no git repository",
            got="a folder without HEAD, objects and refs",
            next_step="Restore it, or move it away: a new one is made where there is none.",
        )
    if dot_git.is_file() and not _is_git(folder / _named_in(dot_git)):
        raise StoreError(
            f"the file '{dot_git}' names no git repository",
            got=_named_in(dot_git) or "no gitdir",
            next_step="`git worktree repair` mends a moved worktree; a submodule comes with `git submodule update --init`.",
        )
    repo = Repo(folder)
    try:
        if repo.object_format.name != "sha1":
            raise BookError(f"the repository in '{folder}' names its objects by {repo.object_format.name}", allowed="sha1")
        top = Path(repo.path).resolve()
        # a linked worktree has a working folder, whatever the repository that it is of says of itself
        main = Path(repo.controldir()).resolve() == Path(repo.commondir()).resolve()
        bare = repo.bare or (main and bool(repo.get_config().get_boolean((b"core",), b"bare", False)))
        if bare or not root.is_relative_to(top):
            raise BookError(f"the working folder of the repository in '{folder}' is elsewhere", got="none" if bare else top)
    except BaseException:
        repo.close()
        raise
    return Home(repo, top, root, tuple(os.fsencode(part) for part in root.relative_to(top).parts))


def _is_git(folder: Path) -> bool:
    """A worktree's folder has its objects elsewhere and says so in `commondir`."""
    if not (folder / "HEAD").exists() and not (folder / "HEAD").is_symlink():
        return False
    return (folder / "commondir").is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())


def _named_in(dot_git: Path) -> str:
    line = dot_git.read_bytes()
    return os.fsdecode(line[len(b"gitdir: ") :].rstrip(b"\r\n")) if line.startswith(b"gitdir: ") else ""


def _is_ignored(home: Home) -> bool:
    """An enclosing repository that ignores the book's folder, as one over a whole home does, is not the book's."""
    name = b"/".join(home.prefix)
    if not IgnoreFilterManager.from_repo(home.repo).is_ignored(f"{os.fsdecode(name)}/"):
        return False
    _, commit = home.branch()
    store = home.repo.object_store
    head = store[commit] if commit else None
    if not isinstance(head, Commit):
        return True
    try:
        tree_lookup_path(store.__getitem__, head.tree, name)
    except KeyError:
        return True
    return False


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    name = error.filename if isinstance(error, OSError) else None
    return f"{text}: {os.fsdecode(name)}" if isinstance(name, str | bytes) else text
