"""An index as it lives on: its documents listed, shown, taken out, superseded and compared."""
