"""Labelled chains: records in, a line of verdicts for each out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from derive.textbook.documents import BadDocument
from derive.textbook.errors import BadDeclaration, Unreadable
from derive.textbook.judge import Judge
from derive.textbook.macros import Macro, read_definitions
from derive.textbook.tokens import tokenize
from derive.textbook.verify import judge_text

__all__ = ["judge_cases", "judge_record", "read_cases"]

_CALLED = {"held": "holds"}
"""Verdicts that the format of the cases calls otherwise."""
_DEFINING = ("\\newcommand", "\\def", "\\DeclareMathOperator", "\\renewcommand")


def _macros(given: Any) -> dict[str, Macro]:
    r"""Read an author's commands: as text, as lines, or as a table of names and bodies."""
    if not given:
        return {}
    if isinstance(given, str):
        return read_definitions(tokenize(given))[0]
    if isinstance(given, Mapping):
        return _macros("\n".join(_definition(name, body) for name, body in given.items()))
    if isinstance(given, Sequence):
        return _macros("\n".join(str(line) for line in given))
    raise BadDocument("macros are a text, a list or a table")


def _definition(name: str, body: Any) -> str:
    """Return one entry of a table as a definition; a body may say how many arguments it takes."""
    if isinstance(body, Sequence) and not isinstance(body, str):
        first, second = body[0], body[1]
        count, text = (second, first) if isinstance(second, int) else (first, second)
    else:
        text = str(body)
        if text.lstrip().startswith(_DEFINING):
            return text
        count = max((number for number in range(1, 10) if f"#{number}" in text), default=0)
    command = name if name.startswith("\\") else f"\\{name}"
    return f"\\newcommand{{{command}}}[{count}]{{{text}}}"


def judge_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdicts on one record, or none where its declarations cannot be read."""
    try:
        judge = Judge(
            record.get("declare") or {},
            record.get("given") or (),
            record.get("assume") or (),
            _macros(record.get("macros")),
        )
        verdicts = [_CALLED.get(one.kind, one.kind) for one in judge_text(judge, record["latex"])]
    except (BadDeclaration, Unreadable, RecursionError):
        verdicts = []
    return {"id": record["id"], "verdicts": verdicts}


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Read a file of records, one JSON object a line.

    Raises
    ------
    BadDocument
        At the first line that is no record.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDocument(f"{path} cannot be read: {error}") from None
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise BadDocument(f"{path}:{number} is no JSON: {error}") from None
        if not isinstance(record, dict) or not {"id", "latex"} <= set(record):
            raise BadDocument(f"{path}:{number} is no record with an id and a latex field")
        records.append(record)
    return records


def judge_cases(records: Sequence[Mapping[str, Any]], jobs: int = 1) -> Iterator[str]:
    """Yield a line of JSON for every record, in their order, however many processes work."""
    if jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            yield from map(_written, pool.map(judge_record, records))
    else:
        yield from (_written(judge_record(record)) for record in records)


def _written(verdicts: dict[str, Any]) -> str:
    return json.dumps(verdicts, ensure_ascii=False)
