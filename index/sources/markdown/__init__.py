"""Markdown and plain text: parsing, and what sites add to them."""

from index.sources.markdown.parsing import document, parse, read

__all__ = ["document", "parse", "read"]
