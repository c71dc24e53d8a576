"""Sets values in a JSON document by sjson paths (``a.b``, ``list.0``, ``list.-1``) and keeps every other byte as it was.

Owns what a path means, where it leads in a document, and how what is missing is made. Knows nothing of files, mappings
or templates: bytes in, bytes out. The contract is what Go's tidwall/sjson does, replayed case by case by the tests; it is
left only where the library would take a slip for a wish (see `path`) or would spend white space that nobody asked it to.

The text is never decoded into objects and written anew: a decoder loses the order of duplicate keys, the spelling of
numbers and all white space, and for megabytes it is slower than finding the one place that changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import PatchInvalid
from stoker.sync.jsonset.check import check_document, is_json
from stoker.sync.jsonset.document import Document, render
from stoker.sync.jsonset.path import parse_path
from stoker.sync.jsonset.setting import put
from stoker.sync.jsonset.words import json_string

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["set_values"]


def set_values(data: bytes, values: Mapping[str, str], where: str) -> bytes:
    """`data` with each of `values` (sjson path to value text) set, in the order of their sorted paths.

    A value that is valid JSON is written as its text is, any other as a JSON string. `where` names the file in messages.
    Raises PatchInvalid: the document is no JSON, a path is no path, or it leads where nothing can be set.
    """
    check_document(data, where)
    root = Document(data)
    for path in sorted(values):
        place = f"{where}: patch path {path!r}"
        try:
            text = values[path].encode()
            parts = parse_path(path, place)
        except UnicodeEncodeError:
            raise PatchInvalid(
                f"{place}: path or value holds half a surrogate pair: write the whole character"
            ) from None
        put(root, parts, text if is_json(text) else json_string(text), place)
    return render(root)
