"""Benchmarks: scripts with committed results under ``docs/``. Not installed with the package."""
