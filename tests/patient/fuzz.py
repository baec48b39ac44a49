"""Fuzzing of everything that reads a patient: broken, spliced and hostile files, for as long as asked.

``python -m tests.patient.fuzz --minutes 60``: files are made from seeds (one of every format, the notes of
``benchmarks/patient_cases``, the shared data, what ``--seeds`` names) by flipping, cutting, repeating and splicing
bytes, words and lines, and by exchanging whole parts of JSON, XML and archives. Each is read in a worker process.
Whatever is not a ``Patient`` or a one-line ``PatientError``, takes longer than ``--slow`` seconds of processor time or
kills the worker is written to ``--out`` and named; the exit status says whether there was any.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated

import typer

from tests.paths import SHARED
from tests.patient.mutations import Named, begin_with, mutated

HANGS_AFTER_S = 60.0
LOOKS_EVERY_S = 5.0


@dataclass
class Tally:
    """How the inputs were answered, and what should not have happened."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


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


def _processor_time(process: int | None) -> float:
    """Seconds of processor time that a process has used (Linux); a busy machine makes no hang."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
            begun = _processor_time(self.process.pid)
            while not self.pipe.poll(LOOKS_EVERY_S):
                if (used := _processor_time(self.process.pid) - begun) > HANGS_AFTER_S:
                    self.pipe.close()
                    answer, took = "hangs", used
                    break
            else:
                answer, took = self.pipe.recv()
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
    shared = [SHARED / name for name in ("patient-cases", "fhir", "pharmcat", "cds-hooks")]
    known = begin_with([*(seeds or []), *(each for each in shared if each.is_dir())])
    tally = fuzz(known, 60 * minutes, seed, slow, out)
    print(f"{sum(tally.answers.values())} inputs from {len(known)} seeds: {dict(tally.answers)}")
    print(f"slowest {tally.slowest:.1f} s")
    for fault, count in tally.faults.most_common():
        print(f"  {count} x {fault}")
    raise typer.Exit(1 if tally.faults else 0)


if __name__ == "__main__":
    typer.run(main)
