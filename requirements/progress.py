"""Turns pip's log (standard input) into one line every few packages, so that a long install shows that it moves."""

import sys

done = 0
for line in sys.stdin:
    if line.startswith("Collecting"):
        done += 1
        if done % 25 == 0:
            print(f"medrag:       {done} packages fetched", flush=True)
    elif line.startswith("Installing"):
        print("medrag:       installing them", flush=True)
