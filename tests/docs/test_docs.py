"""What the documentation shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.examples import blocks, commands, differences, updated
from tests.docs.extension import ROOT, extension

README = ROOT / "README.md"
PAGES = [
    README,
    *(page for folder in (".", "claims") for page in sorted((ROOT / "docs" / folder).glob("*.md"))),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_are_as_shown(page: Path) -> None:
    # In a process of its own: a page may add rows to the catalogue.
    arguments = [sys.executable, "-m", "tests.docs.examples", str(page)]
    done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("page", "reported"),
    [
        ("```python\n>>> 1 + 1\n3\n```\n", 1),
        ("```python\n>>> number = 1\n```\n\n```python\n>>> number\n1\n```\n", 0),
        ("```python\n>>> 1 + 1\n2\n>>> undefined\n```\n", 1),
        ("```console\n$ derive show\nno such output\n```\n", 1),
        ("```console\n$ derive list\noutputs\n...\n```\n", 0),
        ("```text\n>>> not an example\n```\n", 0),
    ],
)
def test_an_example_that_is_not_as_shown_is_reported(
    tmp_path: Path, page: str, reported: int
) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")
    assert len(differences(path)) == reported


def test_an_update_writes_what_a_command_prints_and_keeps_what_is_left_out() -> None:
    stale = (
        "text\n\n```console\n$ derive list\nno such output\n```\n\n```text\n$ derive list\n```\n"
    )
    fresh = updated(stale)
    assert "no such output" not in fresh
    assert "\noutputs\n  linear" in fresh
    assert fresh.endswith("```text\n$ derive list\n```\n")
    assert updated(fresh) == fresh
    partly = "```console\n$ derive list\noutputs\n...\n```\n"
    assert updated(partly) == partly


def test_only_commands_of_derive_are_run(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("```console\n$ rm everything\n```\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a derive command"):
        differences(path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_has_a_language_that_is_checked_or_needs_no_check(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    opened = fences[::2]
    assert fences[1::2] == [""] * len(opened)
    directives = {
        "{toctree}",
        "{eval-rst}",
        "{literalinclude} examples/naive_softmax.py",
        "{literalinclude} examples/lecture17.names",
    }
    assert set(opened) <= {"python", "console", "sh", "text", "latex"} | directives
    assert all(">>>" in block.content for block in blocks(page, "python"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_page_leads_somewhere(page: Path) -> None:
    generated = {ROOT / "docs" / "pairs" / name for name in extension().pages()}
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        linked = page.parent / target
        assert linked in generated or linked.exists(), target


def test_the_architecture_page_names_every_folder() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for wing in ("derive", "numeric"):
        packages = sorted(path.parent for path in (ROOT / wing).rglob("__init__.py"))
        assert len(packages) > 1
        for package in packages:
            assert f"`{package.relative_to(ROOT).as_posix()}`" in page


# The README ---------------------------------------------------------------------------------------


def setup_commands() -> list[str]:
    """Return the commands of the README that begin on a fresh machine."""
    lines = [line for block in blocks(README, "sh") for line in block.content.splitlines()]
    return [line for line in lines if line.startswith("python3 -m venv")]


def test_the_readme_has_two_commands_for_a_fresh_machine() -> None:
    main_job, tests = setup_commands()
    assert main_job.endswith("&& .venv/bin/derive table")
    assert tests.endswith("&& .venv/bin/pytest")


def test_continuous_integration_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(setup_commands()) <= {line.strip() for line in script}


def test_the_readme_shows_a_whole_derivation() -> None:
    shown = [pair for block in blocks(README, "console") for pair in commands(block)]
    whole = dict(shown)["derive show softmax cross-entropy"]
    assert "..." not in whole
    assert whole.rstrip().endswith("in matrix form")
