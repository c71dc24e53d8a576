"""Values set in JSON documents by path, judged by what Go's tidwall/sjson makes of the same."""
