"""The guides of docs/guides, followed step by step as a reader would: every file written, every command typed."""
