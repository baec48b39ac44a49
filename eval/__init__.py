"""Measures the engine: tasks, a resumable runner, scores with intervals, reports and comparisons."""
