"""``python -m reference``: writes every page anew (`make docs`)."""

from __future__ import annotations

from reference.pages import FOLDER, PAGES


def main() -> None:
    """Writes the pages."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
