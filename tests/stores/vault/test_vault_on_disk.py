"""What lies on the disk: nothing that can be read without the key, nothing of what was erased, never half of anything."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from troth.kernel.errors import StoreError
from troth.sources.personal.vault import Word
from troth.stores import failpoints
from troth.stores.vault.vault import SqliteVault

NOW = datetime(2026, 3, 2, 9, 14)
ASKED = Word("Ines", "asked on the phone", NOW)
MAILS = [f"canary.{n}@example.org" for n in range(300)]

DYING = """
import os, sys
from datetime import datetime
from pathlib import Path
from troth.stores import failpoints
from troth.stores.vault.vault import SqliteVault
with failpoints.install(lambda hit: os._exit(9) if hit == "vault.commit.before" else None):
    SqliteVault(Path(sys.argv[1]), datetime.now).rotate(datetime(2026, 3, 2))
"""


def opened(folder: Path) -> SqliteVault:
    return SqliteVault(folder, lambda: NOW)


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_asking_makes_no_files_before_anything_is_kept(tmp_path: Path) -> None:
    vault = opened(tmp_path)

    assert (vault.find("name", "Anna"), vault.values(["name-2"]), vault.untold()) == (None, {}, ())
    assert (vault.status().key, vault.status().erased) == (None, 0)
    assert list(tmp_path.iterdir()) == []


def test_another_process_gets_the_same_tokens(tmp_path: Path) -> None:
    tokens = opened(tmp_path).tokens("email", MAILS)

    assert opened(tmp_path).tokens("email", MAILS[::-1]) == tokens[::-1]
    assert opened(tmp_path).values(tokens) == dict(zip(tokens, MAILS, strict=True))


@pytest.mark.skipif(os.name == "nt", reason="modes of files are of POSIX")
def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    opened(tmp_path).tokens("email", MAILS)

    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"vault.db": "0o600", "vault.key": "0o600"}


@pytest.mark.skipif(os.name == "nt", reason="modes of files are of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).tokens("email", MAILS)
    (tmp_path / "vault.key").chmod(0o640)

    with pytest.raises(StoreError, match=r"can be read by others; got mode 0o640; allowed: 0o600. Run: chmod 600 .*vault\.key"):
        opened(tmp_path).tokens("email", MAILS)


def test_nothing_on_the_disk_is_plain_nor_a_hash_that_a_dictionary_finds(tmp_path: Path) -> None:
    opened(tmp_path).tokens("email", MAILS)

    found = bytes_in(tmp_path)

    assert b"canary" not in found
    for mail in MAILS:
        for hashed in (sha256(mail.encode()), sha1(mail.encode()), sha256(f"email\0{mail}".encode())):
            assert hashed.digest() not in found
            assert hashed.digest()[:20] not in found
            assert hashed.hexdigest().encode() not in found


def test_two_vaults_share_nothing(tmp_path: Path) -> None:
    one, other = opened(tmp_path / "one"), opened(tmp_path / "other")

    assert not set(one.tokens("email", MAILS)) & set(other.tokens("email", MAILS))


def test_what_was_erased_is_overwritten_on_the_disk(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    token = vault.tokens("email", MAILS)[7]
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        key, value = connection.execute("SELECT key, value FROM subject WHERE token = ?", (token,)).fetchone()
        (mark,) = connection.execute("SELECT mark FROM way WHERE token = ?", (token,)).fetchone()
    connection.close()
    assert all(piece in bytes_in(tmp_path) for piece in (key, value, mark))

    erasure = vault.erase(token, ASKED)
    vault.told(erasure)

    left = bytes_in(tmp_path)
    assert [piece in left for piece in (key, value, mark, token.encode(), erasure.commitment.encode())] == [False] * 5


def test_a_rotated_key_opens_nothing_and_the_former_one_is_gone(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    tokens = vault.tokens("email", MAILS)
    shutil.copy(tmp_path / "vault.key", former := tmp_path.parent / "former.key")
    secret = former.read_text().split('"secrets": {', 1)[1].split(": ", 1)[1].split('"')[1]

    vault.rotate(NOW)

    assert secret.encode() not in bytes_in(tmp_path)
    assert vault.values(tokens) == dict(zip(tokens, MAILS, strict=True))
    shutil.copy(former, tmp_path / "vault.key")
    with pytest.raises(StoreError, match="the vault's key is that of another vault"):
        vault.tokens("email", MAILS)


def test_a_lost_key_is_a_refusal_that_says_what_is_lost(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    vault.tokens("email", MAILS)
    (tmp_path / "vault.key").unlink()

    with pytest.raises(
        StoreError, match=r"the vault's key is missing; got no vault.key beside vault.db.*no value in the vault can be read"
    ):
        vault.tokens("email", ["new@example.org"])
    assert not (tmp_path / "vault.key").exists()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"secrets": {"a": "AAAA"}, "marks": "AAAA"}', '{"secrets": 7, "marks": "x"}', "\x00\xff"]
)
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    vault = opened(tmp_path)
    vault.tokens("email", MAILS)
    (tmp_path / "vault.key").write_text(text, encoding="latin-1")

    with pytest.raises(StoreError, match="the vault's key is damaged"):
        vault.values(["email-2"])


def test_a_copy_of_both_files_brings_everything_back(tmp_path: Path) -> None:
    tokens = opened(tmp_path / "one").tokens("email", MAILS)
    shutil.copytree(tmp_path / "one", tmp_path / "copy")

    assert opened(tmp_path / "copy").values(tokens[:1]) == {tokens[0]: MAILS[0]}


def test_a_value_put_beside_another_token_does_not_open(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    anna, bert = vault.tokens("email", MAILS)[:2]
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        row = connection.execute("SELECT key, value FROM subject WHERE token = ?", (bert,)).fetchone()
        connection.execute("UPDATE subject SET key = ?, value = ? WHERE token = ?", (*row, anna))
    connection.close()

    with pytest.raises(StoreError, match=f"entry of '{anna}' does not open"):
        vault.values([anna])


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.db").write_bytes(b"not a database at all, not even nearly" * 40)

    with pytest.raises(StoreError, match="the vault cannot be read or written"):
        opened(tmp_path).tokens("email", MAILS)


def test_keys_do_not_show_themselves(tmp_path: Path) -> None:
    from troth.stores.vault.keys import new_keys, write

    keys = new_keys()
    write(tmp_path / "vault.key", keys)

    assert next(iter(keys.secrets)) in repr(keys)
    assert str(keys.marks) not in repr(keys)
    assert str(next(iter(keys.secrets.values()))) not in repr(keys)


def test_several_processes_agree_on_every_token(tmp_path: Path) -> None:
    given: list[list[str]] = []

    def ask(start: int) -> None:
        ordered = MAILS[start:] + MAILS[:start]
        tokens = dict(zip(ordered, opened(tmp_path).tokens("email", ordered), strict=True))
        given.append([tokens[mail] for mail in MAILS])

    threads = [threading.Thread(target=ask, args=(start,)) for start in (0, 75, 150, 225)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(given) == 4
    assert len({tuple(tokens) for tokens in given}) == 1


def test_killed_at_any_point_the_vault_is_whole(tmp_path: Path) -> None:
    """What a death leaves is the folder as it is at that moment: it is copied at each."""
    folder = tmp_path / "lives"
    vault = opened(folder)
    left: list[tuple[str, Path]] = []

    def die(doing: str) -> Callable[[str], None]:
        def copy(hit: str) -> None:
            left.append((f"{doing} {hit}", tmp_path / f"left_{len(left)}"))
            shutil.copytree(folder, left[-1][1])

        return copy

    with failpoints.install(die("tokens")):
        tokens = vault.tokens("email", MAILS)
    with failpoints.install(die("rotate")):
        vault.rotate(NOW)
    with failpoints.install(die("erase")):
        vault.erase(tokens[7], ASKED)

    assert {name for name, _ in left} >= {"tokens vault.key.before", "rotate vault.key.after", "erase vault.commit.before"}
    for name, copy in left:
        dead = opened(copy)
        erased = dead.status().erased
        assert erased == len(dead.untold()) == (name == "erase vault.commit.after"), name
        again = dead.tokens("email", MAILS)
        assert name.startswith("tokens") or [a == t for a, t in zip(again, tokens, strict=True)] == [
            n != 7 or not erased for n in range(len(MAILS))
        ], name
        kept = {token: mail for token, mail in zip(again, MAILS, strict=True) if not token.startswith("erased")}
        assert dead.values(again) == kept, name
        dead.rotate(NOW)
        assert dead.values(again) == kept, name
        assert sorted(path.name for path in copy.iterdir()) == ["vault.db", "vault.key"], name


def test_a_process_killed_in_a_rotation_leaves_the_former_key_in_force(tmp_path: Path) -> None:
    vault = opened(tmp_path)
    tokens, key = vault.tokens("email", MAILS), vault.status().key

    died = subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=False)

    assert died.returncode == 9
    assert vault.status().key == key
    assert vault.values(tokens) == dict(zip(tokens, MAILS, strict=True))


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    tokens = opened(tmp_path).tokens("email", MAILS)
    threads = [threading.Thread(target=lambda: opened(tmp_path).rotate(NOW)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert opened(tmp_path).values(tokens) == dict(zip(tokens, MAILS, strict=True))


@pytest.mark.parametrize("name", [name for name in failpoints.NAMES if name.startswith("vault.")])
def test_a_disk_that_fails_is_an_error_that_says_so_and_leaves_what_was_kept(tmp_path: Path, name: str) -> None:
    vault = opened(tmp_path)
    tokens = vault.tokens("email", MAILS)

    def fail(hit: str) -> None:
        if hit == name:
            raise OSError(5, "Input/output error")

    with failpoints.install(fail), pytest.raises(StoreError, match="Input/output error"):
        vault.rotate(NOW)

    assert vault.values(tokens) == dict(zip(tokens, MAILS, strict=True))
    assert vault.tokens("email", MAILS) == tokens
