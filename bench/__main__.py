"""``python -m bench``: every section on one workplace, then docs/benchmarks.md."""

from __future__ import annotations

from bench import engine, push
from bench.disk import workplace
from bench.table import Page


def main() -> None:
    """Measure and write."""
    with workplace() as (base, disk):
        page = Page(disk)
        engine.measure(page, base)
        push.measure(page, base)
    page.notes.append(
        "Not measured yet: bytes read and written, resident memory, forged requests a second, five idle minutes."
    )
    page.write()


if __name__ == "__main__":
    main()
