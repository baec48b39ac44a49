from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.running import log as logs
from eval.running.log import Entry, Start
from medrag.errors import ConfigurationError, InputError
from tests.eval.samples import PROVENANCE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = Start(task="t", data="d", system="medrag", seed=0, samples=3, engine="local", versions={}, at=NOW)


def entry(name: str, **fields: object) -> Entry:
    return Entry.model_validate({"id": name, "seconds": 1.0, "at": NOW, "provenance": PROVENANCE, **fields})


def written(path: Path, *lines: Start | Entry) -> Path:
    log = logs.resume(path)
    for line in lines:
        log.append(line)
    log.close()
    return path


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START, entry("a", scores={"x": 1.0, "y": None}), entry("b", error="bad"))
    log = logs.read(path)
    assert log.starts == [START]
    assert log.entries["a"].scores == {"x": 1.0, "y": None}
    assert log.done == {"a"}


def test_the_last_entry_of_an_id_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START, entry("a", error="bad"), entry("a"))
    assert logs.read(path).done == {"a"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(min_value=1, max_value=10_000))
def test_a_torn_last_line_is_cut_off_and_the_rest_kept(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "t.jsonl"
    path.unlink(missing_ok=True)
    written(path, START, entry("a"))
    whole = path.stat().st_size
    written(path, entry("b"))
    content = path.read_bytes()
    path.write_bytes(content[: max(whole, len(content) - cut)])
    assert logs.read(path).done == {"a"}
    written(path, entry("c"))
    assert logs.read(path).done == {"a", "c"}


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START, entry("a"))
    path.write_bytes(path.read_bytes().replace(b'"kind"', b'"kond"', 1))
    with pytest.raises(InputError, match="line 1"):
        logs.read(path)
    with pytest.raises(InputError, match="line 1"):
        logs.resume(path)


def test_two_runs_cannot_write_one_log(tmp_path: Path) -> None:
    first = logs.resume(tmp_path / "t.jsonl")
    with pytest.raises(InputError, match="another run"):
        logs.resume(tmp_path / "t.jsonl")
    first.close()
    logs.resume(tmp_path / "t.jsonl").close()


def test_a_log_is_not_resumed_with_another_set_up(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START, entry("a"))
    with pytest.raises(ConfigurationError, match="another --out"):
        written(path, START.model_copy(update={"data": "changed"}))


def test_a_log_holds_the_answers_of_one_engine_only(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START, entry("a"))
    other = PROVENANCE.model_copy(update={"index": "other"})
    with pytest.raises(ConfigurationError, match="another --out"):
        written(path, entry("b", provenance=other))
    assert logs.read(path).done == {"a"}


def test_the_log_is_for_its_owner_only(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", START)
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_log_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no evaluation log"):
        logs.read(tmp_path / "t.jsonl")
