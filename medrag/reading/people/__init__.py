"""Whom a text is about: ages, groups of people, pregnancy."""
