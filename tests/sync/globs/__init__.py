"""Globs, judged by what Go's bmatcuk/doublestar says of the same patterns and names."""
