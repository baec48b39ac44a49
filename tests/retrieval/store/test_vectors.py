from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medrag.retrieval.store import vectors
from medrag.retrieval.store.vectors import Dense, VectorWriter, open_vectors

ROWS, DIMENSION, K = 3000, 32, 10


def unit(rows: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors about forty subjects, as passages are."""
    subjects = np.random.default_rng(0).normal(size=(40, DIMENSION))
    draw = np.random.default_rng(seed)
    drawn = subjects[draw.integers(40, size=rows)] + 0.5 * draw.normal(size=(rows, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def written(directory: Path, data: NDArray[np.float32], exact_up_to: int) -> Dense:
    directory.mkdir(exist_ok=True)
    writer = VectorWriter(directory, DIMENSION, exact_up_to)
    for start in range(0, len(data), 700):
        writer.add(data[start : start + 700])
    writer.close()
    assert writer.kind == ("flat" if len(data) <= exact_up_to else "ivf")
    assert {path.name for path in directory.iterdir()} == set(vectors.FILES_OF[writer.kind])
    return open_vectors({path.name: path for path in directory.iterdir()})


@pytest.mark.parametrize(("exact_up_to", "least"), [(ROWS, 1.0), (100, 0.95)])
def test_the_nearest_rows_are_found(
    tmp_path: Path, exact_up_to: int, least: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, queries = unit(ROWS, 1), unit(20, 2)
    dense = written(tmp_path / "index", data, exact_up_to)
    monkeypatch.setattr(vectors, "EXACT_FILTERED_UP_TO", 0)
    monkeypatch.setattr(vectors, "PROBED", 0.1)
    exact = np.argsort(-(queries @ data.T), axis=1)[:, :K]
    everything = np.ones(ROWS, dtype=np.bool_)
    found = []
    for query, wanted in zip(queries, exact, strict=True):
        rows, cosines = dense.search(query, K, everything)
        np.testing.assert_allclose(cosines, data[rows] @ query, atol=1e-5)
        assert (np.diff(cosines) <= 1e-6).all()
        found.append(len(set(rows) & set(wanted)) / K)
    assert np.mean(found) >= least


@pytest.mark.parametrize("exact_up_to", [ROWS, 100])
def test_a_narrow_filter_still_finds_the_nearest_of_what_it_allows(tmp_path: Path, exact_up_to: int) -> None:
    data, query = unit(ROWS, 1), unit(1, 3)[0]
    dense = written(tmp_path / "index", data, exact_up_to)
    allowed = np.zeros(ROWS, dtype=np.bool_)
    allowed[::97] = True
    rows, _ = dense.search(query, K, allowed)
    kept = np.flatnonzero(allowed)
    assert rows.tolist() == kept[np.argsort(-(data[kept] @ query))][:K].tolist()
    assert len(dense.search(query, K, np.zeros(ROWS, dtype=np.bool_))[0]) == 0


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    data = unit(ROWS, 1)
    for name in ("a", "b"):
        written(tmp_path / name, data, 100)
    for file in vectors.FILES_OF["ivf"]:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_no_rows_are_an_index_too(tmp_path: Path) -> None:
    dense = written(tmp_path / "index", unit(0, 1), 100)
    assert len(dense) == 0
    assert len(dense.search(unit(1, 1)[0], K, np.zeros(0, dtype=np.bool_))[0]) == 0


def test_a_full_disk_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / vectors.CLUSTERS).symlink_to("/dev/full")
    writer = VectorWriter(tmp_path, DIMENSION, exact_up_to=100)
    writer.add(unit(ROWS, 1))
    with pytest.raises(OSError, match="No space left"):
        writer.close()


def test_vectors_come_back_by_row(tmp_path: Path) -> None:
    data = unit(ROWS, 1)
    rows = np.array([7, 2999, 0])
    np.testing.assert_array_equal(written(tmp_path / "index", data, 100).vectors(rows), data[rows])
