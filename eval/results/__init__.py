"""From logs to scores with intervals, comparisons and reports."""
