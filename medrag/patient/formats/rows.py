"""Rows of a delimited text."""

from __future__ import annotations

import csv

from medrag.errors import PatientError


def split_rows(text: str, delimiter: str, origin: str) -> list[list[str]]:
    """The rows of ``text``, cells stripped. Raises ``PatientError`` naming the line that does not parse."""
    reader = csv.reader(text.splitlines(keepends=False), delimiter=delimiter)
    try:
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        raise PatientError(f"{origin}: line {reader.line_num} does not parse as a table") from None
