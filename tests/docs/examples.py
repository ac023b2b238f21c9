"""Runs what a page of the documentation shows: its Python examples and its commands.

``python -m tests.docs.examples README.md docs/first-steps.md`` says which examples differ; with
``--update`` first, what the commands print is written into the pages.

- A block of ``python`` with prompts is a doctest; the blocks of a page share their names.
- A block of ``console`` is one command or more, each ``$ derive …`` with what it prints below it.

Both may leave out output with ``...``, which an update leaves as it is; spaces at the end of a line
do not count.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "blocks", "commands", "differences", "updated"]

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^```(?P<language>[a-z]+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its content, and the line where that begins."""

    language: str
    content: str
    line: int


def blocks(page: Path, language: str) -> Iterator[Block]:
    """Yield the blocks of a page in one language."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found["language"] == language:
            yield Block(language, found["content"], text[: found.start("content")].count("\n"))


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a block of ``console`` with what stands below it."""
    for part in re.split(r"^\$ ", block.content, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def differences(page: Path) -> list[str]:
    """Run every example of a page and return a report of each that is not as shown."""
    return [*_python_differences(page), *_console_differences(page)]


def _python_differences(page: Path) -> list[str]:
    reports: list[str] = []
    parser, names = doctest.DocTestParser(), {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    for block in blocks(page, "python"):
        test = parser.get_doctest(block.content, names, page.name, str(page), block.line)
        runner.run(test, out=reports.append, clear_globs=False)
        names = test.globs
    return reports


def _console_differences(page: Path) -> Iterator[str]:
    for block in blocks(page, "console"):
        for command, expected in commands(block):
            printed = _printed(command)
            if not doctest.OutputChecker().check_output(_trimmed(expected), printed, FLAGS):
                yield f"{page}: $ {command}\nexpected:\n{expected}\ngot:\n{printed}"


def _printed(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program != "derive":
        raise ValueError(f"{command!r}: an example in a block of console is a derive command")
    done = subprocess.run(
        [sys.executable, "-c", "from derive.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        cwd=Path(__file__).parents[2],
    )
    return _trimmed(done.stdout + done.stderr)


def _trimmed(output: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in output.splitlines())


def updated(text: str) -> str:
    """Return a page with what its commands print now, where it shows the whole of it."""

    def rewritten(fence: re.Match[str]) -> str:
        block = Block(fence["language"], fence["content"], 0)
        if block.language != "console":
            return fence[0]
        shown = (
            f"$ {command}\n{output if '...' in output else _printed(command)}"
            for command, output in commands(block)
        )
        return f"```console\n{''.join(shown)}```"

    return FENCE.sub(rewritten, text)


def main() -> None:
    """Report on every page that is named; the exit code says whether all is as shown."""
    pages = [Path(name) for name in sys.argv[1:] if name != "--update"]
    if "--update" in sys.argv[1:]:
        for page in pages:
            page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")
    # A page may add rows to the catalogue, so that each has a process of its own.
    with ProcessPoolExecutor(max_workers=2, max_tasks_per_child=1) as processes:
        reports = [report for found in processes.map(differences, pages) for report in found]
    print("\n".join(reports) or "every example is as shown")
    sys.exit(bool(reports))


if __name__ == "__main__":
    main()
