"""Whether a task's samples stand in a model's training data, by wording (:mod:`medrag.datasets.contamination`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.datasets.contamination import WORDS, Run, found, runs
from medrag.errors import InputError
from medrag.files import sha256
from medrag.types import Record

if TYPE_CHECKING:
    from eval.tasks import Sample

SLICE = "training data"
MANIFEST = "manifest.json"


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
    wanted = {sample.id: {run for text in sample.texts for run in runs(text)} for sample in samples}
    copied = found({run for each in wanted.values() for run in each}, _texts(files))
    return Check(
        Training(files={file.name: sha256(file) for file in files}),
        {name: _verdict(each, copied) for name, each in wanted.items()},
    )


def _verdict(wanted: set[Run], copied: set[Run]) -> str:
    if not wanted:
        return "too short to tell"
    return "overlaps" if wanted & copied else "no overlap"


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
        if not (path / name).is_file() or sha256(path / name) != digest:
            raise InputError(f"{path / name} is not the file that {MANIFEST} names")
    return [path / name for name in known if not name.startswith("validation")]


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
