"""``medrag doctor`` finds what is wrong with a set-up and says what to do."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from medrag import doctor, settings
from medrag.doctor import examine, render
from medrag.generation.vllm_process import free_port
from medrag.retrieval.store import checked
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.manifest import read_manifest
from medrag.settings import Settings, load
from medrag.storage import chain
from medrag.storage.database import Database
from tests.commands import medrag


def states(found: Settings) -> dict[str, doctor.State]:
    return {each.check: each.state for each in examine(found)}


def test_a_good_set_up(starter_index: Path, model_folder: Path, tmp_path: Path) -> None:
    found = examine(Settings(home=tmp_path, index=starter_index, model=str(model_folder), port=free_port()))
    assert {each.state for each in found} == {"ok"}, render(found)
    assert {"python", "packages", "vllm", "index", "model", "knowledge", "port", "disk"} <= {e.check for e in found}
    assert render(found).endswith("Nothing stands in the way.")


def test_bytes_that_changed_behind_the_stamps_are_found(
    starter_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that loses bits: no time of the file changes, which an opening goes by."""
    monkeypatch.setattr(checked, "SETTLED_NS", -1_000_000_000)
    index = tmp_path / "index"
    shutil.copytree(starter_index, index)
    manifest = read_manifest(index)
    vectors = index / manifest.files["vectors.npy"].name
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    stat = vectors.stat()
    stamp = [manifest.files["vectors.npy"].sha256, stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns]
    (index / checked.STAMPS).write_text(json.dumps({vectors.name: stamp}))
    assert Index.open(index).manifest == manifest
    found = {each.check: each for each in examine(Settings(home=tmp_path, index=index, port=free_port()))}
    assert found["index"].state == "failed"
    assert f"{vectors.name} is not as it was written" in found["index"].found


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        wrong = Settings(home=tmp_path, index=tmp_path / "none", model=str(tmp_path), port=port)
        found = {each.check: each for each in examine(wrong)}
    assert {name for name, each in found.items() if each.state == "failed"} == {"index", "model", "port"}
    assert "medrag index build" in found["index"].found
    assert found["port"].advice and "--port" in found["port"].advice


def test_a_model_server_that_is_not_there(starter_index: Path, tmp_path: Path) -> None:
    url = f"http://someone:secret@127.0.0.1:{free_port()}/v1"
    found = examine(Settings(home=tmp_path, index=starter_index, port=free_port(), model_url=url))
    assert {each.check for each in found if each.state == "failed"} == {"model"}
    assert "secret" not in render(found)


@pytest.mark.parametrize(("meant", "state"), [(True, "warning"), (False, "failed")])
def test_an_open_address_without_keys(starter_index: Path, tmp_path: Path, meant: bool, state: str) -> None:
    found = states(Settings(home=tmp_path, index=starter_index, host="0.0.0.0", port=free_port(), without_keys=meant))
    assert found["access"] == state


def test_the_database(starter_index: Path, tmp_path: Path) -> None:
    sound = Settings(home=tmp_path, index=starter_index, port=free_port())
    with Database.open(sound.database) as database:
        head = chain.append(database, [{"event": "test"}])
    found = {each.check: each for each in examine(sound)}["database"]
    assert (found.state, f"1 audit records; head {head.head}" in found.found) == ("ok", True)
    with Database.open(sound.database) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert states(sound)["database"] == "failed"


@pytest.mark.parametrize("driver", ["psycopg", "nodriver"])
def test_a_database_that_cannot_be_reached(starter_index: Path, tmp_path: Path, driver: str) -> None:
    url = SecretStr(f"postgresql+{driver}://medrag:hidden@127.0.0.1:{free_port()}/medrag")
    found = examine(Settings(home=tmp_path, index=starter_index, port=free_port(), database_url=url))
    assert {each.check for each in found if each.state == "failed"} == {"database"}
    assert "hidden" not in render(found)


def test_the_command_ends_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRAG_PORT", str(free_port()))
    done = medrag("doctor", "--json", home=tmp_path)
    assert done.returncode == 1, done.stderr
    assert [each["check"] for each in json.loads(done.stdout) if each["state"] == "failed"] == ["index"]


def test_settings_come_from_secret_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "medrag_model_key").write_text("from a file\n")
    monkeypatch.setattr(settings, "SECRETS", tmp_path)
    monkeypatch.delenv("MEDRAG_MODEL_KEY", raising=False)
    key = load().model_key
    assert key is not None and key.get_secret_value() == "from a file"
