"""Running a task: samples asked a bounded number at a time, logged as they end, resumable."""
