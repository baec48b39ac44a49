"""NumPy files written row by row, so that a column of any length takes no memory."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, DTypeLike


class ArrayWriter:
    """Writes ``path`` as ``numpy.save`` would, a few rows at a time; ``row`` is the shape of one row."""

    def __init__(self, path: Path, dtype: DTypeLike, row: tuple[int, ...] = ()) -> None:
        self.path = path
        self.dtype = np.dtype(dtype)
        self.row = row
        self.rows = 0
        self._file: BinaryIO | None = None

    def append(self, rows: ArrayLike) -> None:
        """Append rows, of shape ``(n, *row)``."""
        values = np.ascontiguousarray(rows, dtype=self.dtype).reshape(-1, *self.row)
        self._opened().write(values.data)
        self.rows += len(values)

    def close(self) -> None:
        """Write the header over the place that was kept for it; the same rows give the same bytes."""
        with self._opened() as file:
            file.seek(0)
            self._write_header(file)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self.path.open("wb")
            self._write_header(self._file)
        return self._file

    def _write_header(self, file: BinaryIO) -> None:
        # NumPy pads the header for any number of rows, so that it always has the same length.
        described = {
            "descr": npy.dtype_to_descr(self.dtype),  # type: ignore[no-untyped-call]
            "fortran_order": False,
            "shape": (self.rows, *self.row),
        }
        npy.write_array_header_1_0(file, described)  # type: ignore[no-untyped-call]
