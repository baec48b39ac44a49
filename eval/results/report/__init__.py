"""A run's report: one HTML page that needs nothing else, and a JSON file."""

from __future__ import annotations

from pathlib import Path

from eval.results.report.data import report
from eval.results.report.page import page
from eval.running.log import read_logs
from eval.scoring.agreement import load as load_agreement
from medrag.files import write_whole


def write(directory: Path) -> Path:
    """Writes ``report.json`` and ``report.html`` into a run's directory; returns the page's path.

    Raises:
        InputError: the directory holds no logs, or a damaged one.
    """
    logs = read_logs(directory)
    found = report(logs, load_agreement(directory))
    write_whole(directory / "report.json", found.model_dump_json(indent=2) + "\n", private=True)
    path = directory / "report.html"
    write_whole(path, page(found, logs, directory.name), private=True)
    return path
