"""`derive verify` as its user calls it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from derive.cli import app
from derive.textbook.documents import BadDocument, read_file

RIGHT = "$$(x + 1)^2 = x^2 + 2x + 1$$\n"
WRONG = "$$(x + 1)^2 = x^2 + x + 1$$\n"


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.md"
    path.write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.md"
    path.write_text(WRONG, encoding="utf-8")
    return path


def run(*arguments: object, given: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)], input=given)
    return result.exit_code, result.stdout


def test_what_is_right(right: Path) -> None:
    code, out = run(right)
    assert code == 0
    assert "proved" in out


def test_what_is_wrong(wrong: Path) -> None:
    code, out = run(wrong)
    assert code == 1
    assert "1:3  refuted" in out
    assert "0 ≠ 1 at x = -1" in out
    assert "true with the right side" in out


def test_several_files(right: Path, wrong: Path) -> None:
    code, out = run(right, wrong)
    assert code == 1
    assert str(right) in out.replace("\n", "")


def test_standard_input() -> None:
    assert run("-", given=RIGHT)[0] == 0


def test_json(wrong: Path) -> None:
    code, out = run(wrong, "--json")
    record = json.loads(out)
    assert code == 1
    assert record["counts"] == {"refuted": 1}
    assert record["equalities"][0]["counterexample"]["numbers"] == {"x": "-1"}


def test_explain(right: Path) -> None:
    assert "for every size" in run(right, "--explain")[1]


@pytest.mark.parametrize("flag", ["--given", "--assume"])
@pytest.mark.parametrize("text", ["x", "\\frac = 1"])
def test_a_definition_or_condition_that_states_nothing(flag: str, text: str, right: Path) -> None:
    code, out = run(right, flag, text)
    assert code == 1
    assert f"not taken: {text}" in out


@pytest.mark.parametrize("data", [b"\x7fELF\0\1", bytes(range(1, 256))])
def test_what_is_no_text(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "program"
    path.write_bytes(data)
    with pytest.raises(BadDocument, match="is no text"):
        read_file(path)


class _Balanced(HTMLParser):
    """Counts the elements that are open, and what would be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def test_a_page(wrong: Path, tmp_path: Path) -> None:
    wrong.write_text(WRONG + "\n$$x = \\binom{a}{<script>} \\text{<b>}$$", encoding="utf-8")
    target = tmp_path / "page.html"
    code, _ = run(wrong, "--format", "html", "-o", target)
    text = target.read_text(encoding="utf-8")
    parser = _Balanced()
    parser.feed(text)
    assert code == 1
    assert parser.opened == []
    assert parser.loads == []
    assert "<script>" not in text
    assert '<div class="row refuted">' in text
    assert "<math" in text


def test_cases(tmp_path: Path) -> None:
    records = [
        {"id": "one", "latex": "x + x = 2x = 3x", "declare": {"x": "scalar"}},
        {
            "id": "two",
            "latex": r"\vx = \mathbf{x}",
            "declare": {},
            "macros": {"\\vx": "\\mathbf{x}"},
        },
        {"id": "three", "latex": "x = y", "declare": {"x": "vektor"}},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    code, out = run("--cases", path)
    assert code == 0
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0] == {"id": "one", "verdicts": ["proved", "refuted"]}
    assert lines[1]["verdicts"] == ["proved"]
    assert lines[2]["verdicts"] == []


@pytest.mark.parametrize(
    ("latex", "verdicts"),
    [
        (r"\[ y = x^2 \] with \[ y' = 2x \] $$ y' = x $$", ["definition", "proved", "refuted"]),
        (r"$$ y = x^2 $$ If $x = 1$, then $$ y = 1 $$", ["definition", "proved"]),
        ("For $x = 1$: \\begin{align} x^2 &= 1 \\\\[2pt] &= 2 \\end{align}", ["proved", "refuted"]),
    ],
)
def test_displays_with_prose_between(tmp_path: Path, latex: str, verdicts: list[str]) -> None:
    path = tmp_path / "cases.jsonl"
    record = {"id": "one", "latex": latex, "declare": {"x": "scalar"}}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert json.loads(run("--cases", path)[1])["verdicts"] == verdicts


def test_cases_in_several_processes_come_out_in_order(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    latex = ["x = x", "1 = 2", "x + x = 2x", "x = \\foo"]
    records = [{"id": f"{place}", "latex": text} for place, text in enumerate(latex)]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert run("--cases", path, "--jobs", "2") == run("--cases", path)


@pytest.mark.parametrize(
    "macros",
    [
        {"\\d": ["\\frac{\\partial #1}{\\partial #2}", 2]},
        {"d": "\\frac{\\partial #1}{\\partial #2}"},
        ["\\newcommand{\\d}[2]{\\frac{\\partial #1}{\\partial #2}}"],
        "\\def\\d#1#2{\\frac{\\partial #1}{\\partial #2}}",
    ],
)
def test_macros_of_cases_in_each_form(macros: object, tmp_path: Path) -> None:
    record = {"id": "m", "latex": r"\d{x^2}{x} = 2x", "declare": {"x": "scalar"}, "macros": macros}
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert json.loads(run("--cases", path)[1])["verdicts"] == ["proved"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.md",),
        ("-", "--format", "pdf"),
        ("-", "--pair", "linear", "cross-entropy"),
        ("-", "--declare", "x vector"),
        ("--cases", "missing.jsonl"),
    ],
)
def test_wrong_use_ends_in_a_message(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["verify", *arguments], input="x = y")
    assert result.exit_code != 0
    assert result.exception is not None
    assert "Traceback" not in result.output
