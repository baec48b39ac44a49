"""The index's passages on disk: a JSON line each, found by offset, with the fields that filters ask about."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from medrag.errors import IndexCorrupt
from medrag.knowledge import Knowledge
from medrag.reading.languages import ENGLISH
from medrag.reading.languages.gloss import CHINESE, is_chinese, known_words
from medrag.retrieval.scales import Grading, grading_passes, gradings
from medrag.retrieval.store.arrays import ArrayWriter
from medrag.types import Filters, Passage

Facet = tuple[str, int | None, tuple[str, ...], str | None, str | None, str, tuple[Grading, ...]]

LINES, OFFSETS, FACETS, ROWS = "passages.jsonl", "offsets.npy", "facets.json", "facet_rows.npy"
FILES = (LINES, OFFSETS, FACETS, ROWS)


class PassageWriter:
    """Appends passages to files in ``directory``; in memory it keeps only the facets."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lines: BinaryIO | None = None
        self._end = 0
        self._offsets = ArrayWriter(directory / OFFSETS, np.int64)
        self._rows = ArrayWriter(directory / ROWS, np.int32)
        self.facets = Facets()

    def add(self, passage: Passage) -> None:
        """Append a passage as the next row."""
        line = dumped(passage).encode() + b"\n"
        self._opened().write(line)
        self._end += len(line)
        self._offsets.append([self._end])
        self._rows.append([self.facets.number(passage)])

    def close(self) -> None:
        """Write the offsets and facets and close the lines."""
        self._opened().close()
        self._offsets.close()
        self._rows.close()
        self.facets.write(self.directory / FACETS)

    def _opened(self) -> BinaryIO:
        if self._lines is None:
            self._lines = (self.directory / LINES).open("wb")
            self._offsets.append([0])
        return self._lines


class Facets:
    """The different answers that passages give to filters, numbered as they first come."""

    def __init__(self, known: Sequence[Facet] = ()) -> None:
        self._numbers = {facet: number for number, facet in enumerate(known)}

    def number(self, passage: Passage) -> int:
        """The number of the passage's facet."""
        return self._numbers.setdefault(_facet(passage), len(self._numbers))

    def passing(self, filters: Filters) -> NDArray[np.bool_]:
        """Which facets ``filters`` let through, bool of shape ``(facets,)``."""
        return np.fromiter((_passes(facet, filters) for facet in self._numbers), bool, len(self._numbers))

    @property
    def languages(self) -> frozenset[str]:
        """The ISO 639-1 codes of the languages that passages are in."""
        return frozenset(facet[5] for facet in self._numbers)

    def write(self, path: Path) -> None:
        """Save them as JSON."""
        path.write_text(json.dumps(list(self._numbers), ensure_ascii=False), encoding="utf-8")


def read_facets(path: Path) -> Facets:
    """The facets that :meth:`Facets.write` saved."""
    return Facets(
        [
            (status, year, tuple(organisations), jurisdiction, population, language, tuple(map(tuple, gradings)))
            for status, year, organisations, jurisdiction, population, language, gradings in json.loads(
                path.read_text("utf-8")
            )
        ]
    )


class PassageFile:
    """Random access to passages through a memory map; safe from several threads."""

    def __init__(
        self, lines: mmap.mmap | bytes, offsets: NDArray[np.int64], facets: Facets, rows: NDArray[np.int32]
    ) -> None:
        self._lines = lines
        self._offsets = offsets
        self._facets = facets
        self._rows = rows
        self.languages = facets.languages
        # Most requests come with the same filters.
        self.allowed = lru_cache(maxsize=8)(self._allowed)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> Passage:
        line = self._lines[self._offsets[row] : self._offsets[row + 1]]
        return parsed(line, row)

    def _allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Which rows ``filters`` let through, bool of shape ``(rows,)``."""
        allowed: NDArray[np.bool_] = self._facets.passing(filters)[self._rows]
        allowed.flags.writeable = False
        return allowed


def open_passages(paths: dict[str, Path]) -> PassageFile:
    """The passages written by PassageWriter, given where each of FILES lies now."""
    with paths[LINES].open("rb") as stream:
        # An empty file cannot be mapped.
        lines = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if paths[LINES].stat().st_size else b""
    offsets, rows = (np.load(paths[name], mmap_mode="r") for name in (OFFSETS, ROWS))
    return PassageFile(lines, offsets, read_facets(paths[FACETS]), rows)


def dumped(passage: Passage) -> str:
    """The passage as a line of JSON."""
    return passage.model_dump_json(exclude_defaults=True)


def parsed(line: str | bytes, row: int) -> Passage:
    """The passage in ``row`` from its JSON. Raises IndexCorrupt."""
    try:
        return Passage.model_validate_json(line)
    except ValidationError as error:
        raise IndexCorrupt(f"Passage {row} of the index does not parse. Build the index again.") from error


def language_of(passage: Passage) -> str:
    """The ISO 639-1 code of the passage's language; English where neither its metadata nor its script says another."""
    stated = (passage.language or "").casefold().split("-")[0].split("_")[0]
    return stated or (CHINESE if is_chinese(passage.text) else ENGLISH)


def searched_text(passage: Passage, knowledge: Knowledge) -> str:
    """What stands for ``passage`` in the searches and the reranker: its heading path, then its text.

    A Chinese one is put into English first, by the names of ``knowledge``, which is what questions are searched in,
    and follows as it is written.
    """
    text = f"{' > '.join((passage.title, *passage.section))}\n{passage.text}"
    if language_of(passage) != CHINESE:
        return text
    return f"{known_words(text, knowledge)}\n{text}"


def _facet(passage: Passage) -> Facet:
    said = passage.status, passage.year, passage.organisations, passage.jurisdiction, passage.population
    return *said, language_of(passage), tuple(gradings(passage))


def _passes(facet: Facet, filters: Filters) -> bool:
    """A passage that does not say what a filter asks about does not pass it."""
    status, year, organisations, jurisdiction, population, language, graded = facet
    return (
        status in filters.statuses
        and _any_of(organisations, filters.organisations)
        and _any_of((jurisdiction,) if jurisdiction else (), filters.jurisdictions)
        and (not filters.populations or any(_names(population or "", each) for each in filters.populations))
        and _any_of((language,), filters.languages)
        and _graded(graded, filters)
        and (filters.year_from is None or (year is not None and year >= filters.year_from))
        and (filters.year_to is None or (year is not None and year <= filters.year_to))
    )


def _graded(found: Sequence[Grading], filters: Filters) -> bool:
    return not filters.by_grading or any(grading_passes(each, filters) for each in found)


def _names(population: str, wanted: str) -> bool:
    """Populations are said in words, "Children and adolescents with asthma": ``wanted`` must begin one of them."""
    return re.search(rf"\b{re.escape(wanted.casefold())}", population.casefold()) is not None


def _any_of(values: Sequence[str], wanted: Sequence[str]) -> bool:
    return not wanted or not {value.casefold() for value in values}.isdisjoint(each.casefold() for each in wanted)
