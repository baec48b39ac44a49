from __future__ import annotations

from pathlib import Path

import pytest

from medrag.errors import ConfigurationError
from medrag.generation.bundled import find
from medrag.settings import load


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MEDRAG_HOME", "MEDRAG_PORT", "MEDRAG_INDEX", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_defaults() -> None:
    settings = load()
    assert find(settings.model) is not None
    assert settings.index_dir == Path.home() / ".local/share/medrag/index"


def test_flag_beats_environment_beats_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "medrag.toml").write_text("port = 1001\n")
    assert load().port == 1001
    monkeypatch.setenv("MEDRAG_PORT", "1002")
    assert load().port == 1002
    assert load(port=1003).port == 1003
    assert load(port=None).port == 1002


def test_home_moves_the_index(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRAG_HOME", str(elsewhere / "here"))
    assert load().index_dir == elsewhere / "here" / "index"


def test_an_unknown_name_in_the_file_is_an_error(elsewhere: Path) -> None:
    (elsewhere / "medrag.toml").write_text("prot = 1001\n")
    with pytest.raises(ConfigurationError, match="prot"):
        load()


def test_a_wrong_value_names_the_setting() -> None:
    with pytest.raises(ConfigurationError, match="port"):
        load(port="high")
