"""JSON and lines of it in, whole files out, digests, one process at a time.

A line may hold a patient: what is wrong with it is named by file and line, and its text is never shown.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from medrag.errors import InputError

L = TypeVar("L", bound=BaseModel)
_HALF_OF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


class Ambiguous(ValueError):
    """JSON that one program reads in another way than the next; its message says why, without the content."""


def strict_json(text: str | bytes) -> Any:
    """The value of a JSON text that can be read in one way only.

    Raises:
        Ambiguous: a name stands twice in one object, a string holds half of a surrogate pair, a number is not finite.
        ValueError: it is not JSON in UTF-8.
        RecursionError: it is nested too deeply.
    """
    words = text.decode() if isinstance(text, bytes) else text
    value = json.loads(words, object_pairs_hook=_each_once, parse_constant=_not_finite)
    if _HALF_OF_A_PAIR.search(words):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Ambiguous("a text in it holds half of a surrogate pair") from None
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Ambiguous("an object in it has a field twice")
    return made


def _not_finite(_name: str) -> NoReturn:
    raise Ambiguous("a number in it is not finite")


def read_lines(path: Path, kind: type[L], *, hint: str = "", param: str | None = None) -> Iterator[L]:
    """Each line as a ``kind``, one at a time, blank ones left out; ``hint`` says what the file should be.

    Raises:
        InputError: the file cannot be read, or a line is no ``kind``.
    """
    for number, line in numbered_lines(path, hint=hint, param=param):
        try:
            yield kind.model_validate_json(line)
        except ValidationError as error:
            raise InputError(_message(f"{path}, line {number}: {fault(error)}", hint), param=param) from None


def numbered_lines(path: Path, *, hint: str = "", param: str | None = None) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1. Raises InputError when the file cannot be read."""
    try:
        with path.open(encoding="utf-8") as lines:
            yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    except FileNotFoundError:
        raise InputError(_message(f"there is no file {path}", hint), param=param) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {type(error).__name__}", param=param) from error


def fault(error: ValidationError) -> str:
    """The first thing that is wrong, ``field: what``, without the value."""
    first = error.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Writes beside and renames, so that a half-written file never has the name; ``private``: for its owner only."""
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600 if private else 0o666)
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def write_json(path: Path, value: object) -> None:
    """``value`` as indented JSON, whole or not at all."""
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def shown_name(path: Path) -> str:
    """The file's name as it can be written in UTF-8."""
    return path.name.encode("utf-8", "replace").decode()


def sha256(path: Path) -> str:
    """The file's digest, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def alone(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """One process at a time makes ``path``; the system drops the lock of one that dies. ``waiting`` tells of a wait."""
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _message(what: str, hint: str) -> str:
    return f"{what} ({hint})" if hint else what
