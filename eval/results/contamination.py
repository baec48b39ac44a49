"""Whether a task's samples stand in a model's training data: shared runs of words, as GPT-3's authors looked for them.

A sample overlaps when any 13 consecutive words of its text also stand in the training data (Brown et al., 2020,
appendix C); a text of 8 to 12 words is looked for whole, a shorter one cannot tell. Words are compared in lower case
without punctuation. Only the samples' own runs of words are kept in memory, so that training data may be large.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.errors import InputError
from medrag.types import Record

if TYPE_CHECKING:
    from eval.tasks import Sample

WORDS, FEWEST = 13, 8
SLICE = "training data"
MANIFEST = "manifest.json"

_WORD = re.compile(r"\w+")
Run = tuple[str, ...]


class Training(Record):
    """What the samples were looked for in: sha256 by file name, and how many words in a row count."""

    files: Mapping[str, str]
    words: int = WORDS


@dataclass(frozen=True)
class Check:
    """The training data, and where each sample of a task stands to it."""

    training: Training
    overlaps: Mapping[str, str]


def check(samples: Sequence[Sample], paths: Sequence[Path]) -> Check:
    """Looks for every sample in the training files: JSON lines (all strings in them count) or plain text.

    A folder is one that ``medrag sft data`` wrote: its manifest's hashes are verified, its validation set left out.

    Raises:
        InputError: a file is not there, or is not the one the manifest names.
    """
    files = [file for path in paths for file in _files(path)]
    runs = {sample.id: _sample_runs(sample) for sample in samples}
    found = _found({run for wanted in runs.values() for run in wanted}, _texts(files))
    return Check(
        Training(files={file.name: _sha256(file) for file in files}),
        {name: _verdict(wanted, found) for name, wanted in runs.items()},
    )


def _verdict(wanted: set[Run], found: set[Run]) -> str:
    if not wanted:
        return "too short to tell"
    return "overlaps" if wanted & found else "no overlap"


def _sample_runs(sample: Sample) -> set[Run]:
    return {run for text in sample.texts for run in _runs(text)}


def _runs(text: str) -> Iterator[Run]:
    words = _words(text)
    length = min(WORDS, len(words))
    if length >= FEWEST:
        yield from (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def _found(wanted: set[Run], texts: Iterable[str]) -> set[Run]:
    """Which of the runs stand in the texts."""
    lengths = {len(run) for run in wanted}
    seen: set[Run] = set()
    for text in texts:
        words = _words(text)
        for length in lengths:
            seen |= wanted & {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
    return seen


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise InputError(f"no training data at {path}")
        return [path]
    try:
        known: Mapping[str, str] = json.loads((path / MANIFEST).read_text())["files"]
    except (OSError, ValueError, KeyError):
        raise InputError(f"{path} has no {MANIFEST} with hashes; name the training files themselves") from None
    for name, digest in known.items():
        if not (path / name).is_file() or _sha256(path / name) != digest:
            raise InputError(f"{path / name} is not the file that {MANIFEST} names")
    return [path / name for name in known if not name.startswith("validation")]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _texts(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        if file.suffix not in (".jsonl", ".json"):
            yield file.read_text(encoding="utf-8", errors="replace")
            continue
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                yield from _strings(_json(line))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
