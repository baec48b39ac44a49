"""Patient files read in a process of their own, one a request, held to memory and time.

Files that unpack to gigabytes, or that keep a reader busy for minutes, then cost that process alone: the server stays
small and answers. A *stem* process loads the knowledge once and forks a reader for each request; its control socket
brings it, with every byte, the socket on which a request comes in and its answer goes out, a line of JSON each.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medrag.errors import PatientError
from medrag.patient.formats.pdf_pages import limit
from medrag.patient.pharmcat import PHARMCAT_SECONDS

MEMORY_BYTES = 1_500_000_000
"""What a reader may take beyond what it shares with the stem."""
SECONDS = 60
"""Of a processor; twice that by the clock, and PharmCAT's own time where it may be called."""
AT_ONCE = 4
_START_SECONDS = 60
_LIMITED = (
    f"the files need more than {MEMORY_BYTES // 1_000_000} MB of memory or {SECONDS} s to be read, or break their "
    "reader; give fewer or smaller ones, or the one that matters alone"
)


class Readers:
    """Reads files for the requests of one server; ``own`` is the user's knowledge that the stem loads too."""

    def __init__(self, own: Path | None, pharmcat_jar: Path | None) -> None:
        self._asked = {"own": str(own) if own else None, "jar": str(pharmcat_jar) if pharmcat_jar else None}
        self._seconds = 2 * SECONDS + (PHARMCAT_SECONDS if pharmcat_jar else 0)
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._stem: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def read(self, paths: Sequence[Path], *, one_person: bool) -> dict[str, Any]:
        """``{"patient", "summary"}`` of the files. Raises ``PatientError``, for what exceeds the limits too."""
        asked = {"paths": [str(path) for path in paths], "one_person": one_person, "seconds": self._seconds}
        with self._places:
            mine, theirs = socket.socketpair()
            with mine:
                with theirs:
                    self._hand(theirs)
                mine.settimeout(self._seconds + _START_SECONDS)
                said = _exchanged(mine, json.dumps(asked).encode() + b"\n")
        if "error" in said:
            raise PatientError(said["error"], code=said["code"])
        if "broke" in said:
            raise RuntimeError(f"a reader of patient files broke: {said['broke']}")
        return said

    def _hand(self, theirs: socket.socket) -> None:
        """Gives the stem a request's socket, starting one where there is none or it has died."""
        with self._lock:
            for _ in range(2):
                control = self._control
                if control is None or self._stem is None or self._stem.poll() is not None:
                    control = self._start()
                try:
                    socket.send_fds(control, [b"r"], [theirs.fileno()])
                except OSError:
                    self._control = None
                else:
                    return
        raise RuntimeError("the process that reads patient files does not start")

    def _start(self) -> socket.socket:
        ours, stems = socket.socketpair()
        with stems:
            command = [sys.executable, "-m", "medrag.server.readers", json.dumps(self._asked)]
            self._stem = subprocess.Popen(
                command, stdin=stems.fileno(), stdout=subprocess.DEVNULL, start_new_session=True
            )
        weakref.finalize(self, _end, ours, self._stem)
        self._control = ours
        return ours


def _end(control: socket.socket, stem: subprocess.Popen[bytes]) -> None:
    control.close()
    stem.wait()


def _exchanged(connection: socket.socket, asked: bytes) -> dict[str, Any]:
    """The reader's answer; where it ended without one, that it was stopped."""
    try:
        connection.sendall(asked)
        said = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    except OSError:
        said = b""
    return dict(json.loads(said)) if said else {"error": _LIMITED, "code": "invalid_request"}


def stem(own: Path | None, jar: Path | None) -> None:
    """Forks a reader for each socket that standard input brings, until it closes."""
    from medrag.knowledge import load
    from medrag.patient.formats.notes import read_note  # noqa: F401 (what readers share)

    known = load(own)
    control = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        data, received, *_ = socket.recv_fds(control, 1, 1)
        if not data:
            return
        if os.fork() == 0:
            control.close()
            _answer(socket.socket(fileno=received[0]), known, jar)
            os._exit(0)
        os.close(received[0])


def _answer(connection: socket.socket, known: Any, jar: Path | None) -> None:
    """One request: reads, answers and ends, or is ended by its limits."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection, connection.makefile("rb") as lines:
        asked = json.loads(lines.readline())
        signal.alarm(asked["seconds"])
        limit(MEMORY_BYTES, SECONDS)
        try:
            said = _read([Path(path) for path in asked["paths"]], known, jar, one_person=asked["one_person"])
        except PatientError as error:
            said = {"error": str(error), "code": error.code}
        except MemoryError:
            said = {"error": _LIMITED, "code": "invalid_request"}
        except Exception as error:  # noqa: BLE001 (whatever it is, the server must say so, without its words)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            said = {"broke": f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"}
        connection.sendall(json.dumps(said).encode())


def _read(paths: Sequence[Path], known: Any, jar: Path | None, *, one_person: bool) -> dict[str, Any]:
    from medrag.patient import load
    from medrag.patient.formats.structured import written
    from medrag.patient.report import report

    patient = load(paths, pharmcat_jar=jar, knowledge=known, one_person=one_person)
    return {"patient": written(patient), "summary": report(patient)}


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    stem(*(Path(settings[name]) if settings[name] else None for name in ("own", "jar")))
