from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from medrag.retrieval.store.arrays import ArrayWriter


@pytest.mark.parametrize(("row", "dtype"), [((), np.uint64), ((3,), np.float32)])
@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_the_file_is_what_numpy_saves(tmp_path: Path, rows: int, row: tuple[int, ...], dtype: type) -> None:
    data = np.arange(rows * int(np.prod(row))).reshape(rows, *row).astype(dtype)
    writer = ArrayWriter(tmp_path / "column.npy", dtype, row)
    for part in np.array_split(data, 7):
        writer.append(part)
    writer.close()
    assert writer.rows == rows
    expected = io.BytesIO()
    np.save(expected, data)
    assert (tmp_path / "column.npy").read_bytes() == expected.getvalue()
