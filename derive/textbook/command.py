"""The command `derive verify`: reads files, tells verdicts, and returns the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from derive.errors import OptionConflict, UnknownOption
from derive.textbook.cases import judge_cases, read_cases
from derive.textbook.documents import Document, read_document, read_file, read_names
from derive.textbook.report import lines, summary
from derive.textbook.verify import Verification, verify_document

__all__ = ["FORMATS", "Request", "run"]

FORMATS = ("text", "json", "html")
MANY_PIECES = 40
"""From so many formulas on there is a progress bar."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    files: tuple[Path, ...]
    cases: Path | None = None
    jobs: int = 1
    pair: tuple[str, str] | None = None
    declare: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    names: Path | None = None
    format: str = "text"
    explain: bool = False


Write = Callable[[str], None]


def run(request: Request, console: Console, errors: Console, write: Write) -> bool:
    """Carry out the command; return whether nothing is refuted or unreadable."""
    if request.format not in FORMATS:
        raise UnknownOption("--format", request.format, FORMATS)
    if request.cases is not None:
        if request.files:
            raise OptionConflict("--cases takes a file of its own; give no other files")
        write("\n".join(judge_cases(read_cases(request.cases), request.jobs)))
        return True
    if not request.files:
        raise OptionConflict("give at least one file, or - for what is typed")
    if request.names is not None:
        names = read_names(request.names)
        request = replace(
            request,
            declare=(*names["declare"], *request.declare),
            given=(*names["given"], *request.given),
            assume=(*names["assume"], *request.assume),
        )
    documents = [_read(path) for path in request.files]
    verified = [_verified(document, request, errors) for document in documents]
    _FORMATTED[request.format](documents, verified, request, console, write)
    return all(one.ok for one in verified)


def _read(path: Path) -> Document:
    if str(path) == "-":
        return read_document(sys.stdin.read(), name="-")
    return read_file(path)


def _verified(document: Document, request: Request, errors: Console) -> Verification:
    def verify(progress: Any = None) -> Verification:
        return verify_document(
            document,
            pair=request.pair,
            declare=request.declare,
            given=request.given,
            assume=request.assume,
            progress=progress,
        )

    if len(document.pieces) < MANY_PIECES or not errors.is_terminal:
        return verify()
    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task(document.name, total=len(document.pieces))
        return verify(lambda done, total: bar.update(task, completed=done, total=total))


def _text(
    documents: Sequence[Document],
    verified: Sequence[Verification],
    request: Request,
    console: Console,
    write: Write,
) -> None:
    del write
    for document, one in zip(documents, verified, strict=True):
        if len(documents) > 1 or document.name not in ("", "-"):
            console.print(document.name, style="bold", markup=False, highlight=False)
        for _, text in lines(one, document.source.text, explain=request.explain):
            console.print(text, soft_wrap=True, highlight=False)
        console.print(summary(one), style="bold", markup=False, highlight=False)


def _json(
    documents: Sequence[Document],
    verified: Sequence[Verification],
    request: Request,
    console: Console,
    write: Write,
) -> None:
    del documents, request, console
    records = [json.loads(one.to_json()) for one in verified]
    write(json.dumps(records[0] if len(records) == 1 else records, ensure_ascii=False, indent=2))


def _html(
    documents: Sequence[Document],
    verified: Sequence[Verification],
    request: Request,
    console: Console,
    write: Write,
) -> None:
    from derive.textbook.page import page

    del request, console
    write(page(list(zip(documents, verified, strict=True))))


_FORMATTED = {"text": _text, "json": _json, "html": _html}
