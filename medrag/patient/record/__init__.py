"""From several partial records to one: merged, cleaned, completed, with what still holds today."""
