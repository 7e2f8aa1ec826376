"""Parts of a document that commands write between its marks."""

from pathlib import Path

import pytest

from infra.marked import put

PAGE = "before\n<!-- one -->\nold\n<!-- /one -->\nbetween\n<!-- two --><!-- /two -->\nafter\n"


def test_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    """Again and again, and nothing else."""
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for _ in range(2):
        put(page, {"two": "\nb\n", "one": "a"})
    assert page.read_text() == (
        "before\n<!-- one -->\na\n<!-- /one -->\nbetween\n<!-- two -->\nb\n<!-- /two -->\nafter\n"
    )


def test_a_page_without_marks_is_not_written(tmp_path: Path) -> None:
    """It is said which ones are missing, and the other parts stay as they were."""
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    with pytest.raises(ValueError, match=r"page\.md: put <!-- three --> and <!-- /three -->"):
        put(page, {"one": "a", "three": "c"})
    assert page.read_text() == PAGE
