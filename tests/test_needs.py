from __future__ import annotations

import pytest

from tests.needs import require_data, require_system


def test_a_missing_program_is_a_skip_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("REQUIRE_SYSTEM", raising=False)

    with pytest.raises(pytest.skip.Exception, match=r"chromium is not installed; bash tools/system\.sh"):
        require_system("chromium")


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("REQUIRE_SYSTEM", "1")])
def test_in_ci_a_missing_program_is_a_failure(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(name, value)

    with pytest.raises(pytest.fail.Exception, match="CI may not skip"):
        require_system("chromium")


def test_a_missing_data_set_is_a_skip_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("TROTH_DATA", str(tmp_path))

    with pytest.raises(pytest.skip.Exception, match="set TROTH_DATA"):
        require_data("olist")
