"""With `below`, a path is matched when the pattern matches it or any folder it is in; patterns are normalised first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stoker.errors import PlanInvalid
from stoker.sync.globs import compile_globs

PARTS = st.sampled_from(["a", "b", "/", "*", "**", "**/", "/**", "?", "{a,b}", "{*,b/}", "[^a]", "***"])
PATHS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=6).map("/".join)


@given(st.lists(PARTS, min_size=1, max_size=6).map("".join), st.lists(PATHS, min_size=1, max_size=20))
def test_below_is_the_question_asked_of_every_folder(pattern: str, paths: list[str]) -> None:
    try:
        whole, below = compile_globs([pattern.rstrip("/")]), compile_globs([pattern], below=True)
    except PlanInvalid:
        return
    if whole is None or below is None:
        assert whole is below
        return
    for path in paths:
        folders = [path[:at] for at, char in enumerate(path) if char == "/"]
        assert below.fullmatch(path) == any(map(whole.fullmatch, [*folders, path]))


def test_a_trailing_slash_and_a_leading_dot_are_not_part_of_a_pattern() -> None:
    globs = compile_globs(["./projects/a/"], below=True)
    assert globs is not None
    assert globs.fullmatch("projects/a")
    assert globs.fullmatch("projects/a/b/c")
    assert not globs.fullmatch("projects/ab")


def test_no_pattern_is_no_glob() -> None:
    assert compile_globs([]) is None
    assert compile_globs(["/", ""], below=True) is None


def test_more_folders_than_are_remembered_are_answered_alike() -> None:
    globs = compile_globs(["x/[^a]*"], below=True)
    assert globs is not None
    names = [f"x/{letter}{number}/y/z" for number in range(3000) for letter in "ab"]
    assert [name for name in names if globs.fullmatch(name)] == [name for name in names if name[2] == "b"]
