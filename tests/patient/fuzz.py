"""Fuzzing of everything that reads a patient: broken, spliced and hostile files, for as long as asked.

``python -m tests.patient.fuzz --minutes 60``: files are made from seeds (the notes of ``benchmarks/patient_cases``,
the shared data, what ``--seeds`` names) by flipping, cutting, repeating and splicing bytes and, in JSON, by exchanging
whole parts. Each is read in a worker process. Whatever is not a ``Patient`` or a one-line ``PatientError``, takes
longer than ``--slow`` seconds of processor time or kills the worker is written to ``--out`` and named; the exit status
says whether there was any.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from tests.paths import ROOT, SHARED

NOTES = ROOT / "benchmarks" / "patient_cases"
MAX_SEED_BYTES = 60_000
MAX_INPUT_BYTES = 100_000
HANGS_AFTER_S = 60.0
_JUNK: tuple[Any, ...] = (None, True, 0, -1, 1e308, "", " ", "\ud800", "#", [], {}, [None], {"code": 7}, "9999-99-99")
_PIECES = (b"\x00", b"\xff", b"{", b"[", b'"', b"\n", b"(" * 500, b" " * 2000, b"1/" * 400, b"no MI " * 200, b"\\ud800")

Named = tuple[str, bytes]
"""A file: its name and its content."""


@dataclass
class Tally:
    """How the inputs were answered, and what should not have happened."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def begin_with(folders: Sequence[Path]) -> list[Named]:
    """Files to begin from: the notes and every small file of the folders."""
    vignettes = yaml.safe_load((NOTES / "vignettes.yaml").read_text(encoding="utf-8"))
    found = [("note.txt", each["text"].encode()) for each in vignettes if "text" in each]
    found += [
        ("note.txt", json.loads(line)["note"].encode())
        for line in (NOTES / "note_vignettes.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for folder in folders:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "expected.json")
        found += [(path.name, path.read_bytes()) for path in files if path.stat().st_size <= MAX_SEED_BYTES]
    return found


def mutated(known: Sequence[Named], chance: random.Random) -> Named:
    """A file made from one of the seeds, sometimes under a name that promises another format."""
    name, content = chance.choice(known)
    steps = chance.choice((1, 1, 2, 4, 8))
    if content[:1] in (b"{", b"[") and chance.random() < 0.6:
        content = _of_json(content, known, chance, steps)
    else:
        for _ in range(steps):
            content = chance.choice(_BYTES)(content, chance.choice(known)[1], chance)
    if chance.random() < 0.1:
        name = chance.choice(known)[0]
    return name, content[:MAX_INPUT_BYTES]


def _flip(content: bytes, _: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]


def _cut(content: bytes, _: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


def _repeat(content: bytes, _: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[start:end] * chance.choice((2, 3, 50)) + content[end:]


def _splice(content: bytes, other: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _insert(content: bytes, _: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(_PIECES) + content[place:]


_BYTES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (_flip, _cut, _repeat, _splice, _insert)


def _of_json(content: bytes, known: Sequence[Named], chance: random.Random, steps: int) -> bytes:
    """JSON with some of its parts exchanged for junk or for parts of another seed."""
    try:
        value = json.loads(content)
    except ValueError:
        return content
    parts = [part for _, other in [chance.choice(known)] for part in _parts_of(other)]
    for _ in range(steps):
        holders = [each for each in _walk(value) if isinstance(each, dict | list) and each]
        if not holders:
            break
        holder = chance.choice(holders)
        key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        holder[key] = copy.deepcopy(chance.choice(parts) if parts and chance.random() < 0.5 else chance.choice(_JUNK))
    return json.dumps(value).encode()


def _parts_of(content: bytes) -> list[Any]:
    try:
        return [each for each in _walk(json.loads(content)) if each is not None][:200]
    except (ValueError, RecursionError):
        return []


def _walk(value: Any) -> list[Any]:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for each in held for found in _walk(each))]


# --- the worker ------------------------------------------------------------------------------------


def work(pipe: Connection) -> None:
    """Reads the files that come through the pipe, and answers how that went."""
    from medrag.errors import PatientError
    from medrag.patient import load
    from medrag.patient.report import report

    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        while files := pipe.recv():
            paths, begun = [], time.process_time()
            for number, (name, content) in enumerate(files):
                place = Path(folder) / str(number)
                place.mkdir(exist_ok=True)
                (place / name).write_bytes(content)
                paths.append(place / name)
            try:
                known = load(paths, one_person=len(files) > 1 and len(files[0][1]) % 2 == 0)
                known.model_dump_json().encode()
                report(known).encode()
                answer = "read"
            except PatientError as error:
                answer = "refused" if "\n" not in str(error) else "PatientError of several lines"
            except Exception as error:  # noqa: BLE001 (that is what is looked for)
                frame = error.__traceback__
                while frame and frame.tb_next:
                    frame = frame.tb_next
                place_of = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
                answer = f"{type(error).__name__} at {place_of}"
            for path in paths:
                path.unlink()
            pipe.send((answer, time.process_time() - begun))


class Reader:
    """A worker process, begun anew whenever one dies or hangs."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, files: Sequence[Named]) -> tuple[str, float]:
        """How the files were answered, and in how many seconds of processor time."""
        try:
            self.pipe.send(files)
            answer, took = self.pipe.recv() if self.pipe.poll(HANGS_AFTER_S) else ("hangs", HANGS_AFTER_S)
        except (EOFError, OSError):
            answer, took = "kills the process", 0.0
        if answer in {"hangs", "kills the process"}:
            self.process.kill()
            self.process.join()
            self._begin()
        return answer, took

    def end(self) -> None:
        """Ends the worker."""
        self.pipe.send(())
        self.process.join(5)


def fuzz(known: Sequence[Named], seconds: float, seed: int, slow_s: float, out: Path) -> Tally:
    """Reads made-up files for so many seconds; those answered wrongly are kept in ``out``."""
    chance, tally, reader = random.Random(seed), Tally(), Reader()
    reader.ask([("note.txt", b"warms up")])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        files = [mutated(known, chance) for _ in range(chance.choice((1, 1, 1, 2)))]
        answer, took = reader.ask(files)
        tally.slowest = max(tally.slowest, took)
        if answer in {"read", "refused"} and took > slow_s:
            answer = "slow"
        tally.answers["read" if answer == "read" else "refused" if answer == "refused" else "wrong"] += 1
        if answer not in {"read", "refused"}:
            tally.faults[answer] += 1
            _keep(out / f"{sum(tally.faults.values()):04d}", answer, took, files)
    reader.end()
    return tally


def _keep(folder: Path, answer: str, took: float, files: Sequence[Named]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "answer").write_text(f"{answer}\n{took:.1f} s\n")
    for number, (name, content) in enumerate(files):
        (folder / f"{number}-{Path(name).name}").write_bytes(content)


def main(
    minutes: float = 5.0,
    seed: int = 0,
    slow: Annotated[float, typer.Option(help="Seconds of processor time from which an answer counts as wrong.")] = 3.0,
    seeds: Annotated[list[Path] | None, typer.Option(help="A folder of files to begin from; again for more.")] = None,
    out: Path = Path("runs/fuzz"),
) -> None:
    """Reads made-up files for so long, and prints what was answered wrongly."""
    shared = [SHARED / name for name in ("patient-cases", "fhir", "pharmcat")]
    known = begin_with([*(seeds or []), *(each for each in shared if each.is_dir())])
    tally = fuzz(known, 60 * minutes, seed, slow, out)
    print(f"{sum(tally.answers.values())} inputs from {len(known)} seeds: {dict(tally.answers)}")
    print(f"slowest {tally.slowest:.1f} s")
    for fault, count in tally.faults.most_common():
        print(f"  {count} x {fault}")
    raise typer.Exit(1 if tally.faults else 0)


if __name__ == "__main__":
    typer.run(main)
