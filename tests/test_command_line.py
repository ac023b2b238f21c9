"""The command line: what it prints, its exit codes, and clear errors without a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import derive
from derive import cli
from derive.cli import console
from tests.pairs import LEGAL, REFUSED

GRADIENTS = """
import numpy as np

def right(a, y):
    e = np.exp(a - a.max(-1, keepdims=True))
    return y.sum(-1, keepdims=True) * e / e.sum(-1, keepdims=True) - y

def doubled(a, y):
    return 2 * right(a, y)

def swapped(a, y):
    return -right(a, y)

def overflowing(a, y):
    e = np.exp(a)
    return y.sum(-1, keepdims=True) * e / e.sum(-1, keepdims=True) - y

def layer(W, h, y):
    g = right(h @ W.T, y)
    return g[..., :, None] * h[..., None, :] if g.ndim == 1 else g.T @ h, g @ W

def one_argument(a):
    return a

number = 3
"""


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in this process; return exit code, standard output and error."""
    monkeypatch.setattr(sys, "argv", ["derive", *arguments])
    try:
        cli.main()
        code: object = 0
    except SystemExit as stopped:
        code = stopped.code
    captured = capsys.readouterr()
    return code if isinstance(code, int) else 0 if code is None else 1, captured.out, captured.err


@pytest.fixture
def command(monkeypatch, capsys):
    return lambda *arguments: run(*arguments, monkeypatch=monkeypatch, capsys=capsys)


@pytest.fixture
def gradients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "their_gradients.py").write_text(GRADIENTS, encoding="utf-8")
    (tmp_path / "raising.py").write_text("raise ValueError('broken')", encoding="utf-8")
    (tmp_path / "leaving.py").write_text("import sys; sys.exit(0)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "their_gradients.py"


def test_the_table_is_the_lectures_and_everything_in_it_is_verified(command) -> None:
    code, out, _ = command("table")
    assert code == 0
    for formula in (
        "linear + squared-error", "sigmoid + logistic", "softmax + cross-entropy",
        "Wh", "s(Wh)", "softmax(Wh)",
        "‖ŷ − y‖²", "−Σᵢ (yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ))", "−Σᵢ yᵢ ln ŷᵢ",
        "2(ŷ − y) hᵀ", "(ŷ − y) hᵀ", "2Wᵀ(ŷ − y)", "Wᵀ(ŷ − y)", "Σᵢ yᵢ = 1",
    ):  # fmt: skip
        assert formula in out
    assert out.count("✓ proved") == 6
    assert "✗" not in out


def test_the_table_of_all_pairs_has_every_legal_one(command) -> None:
    code, out, _ = command("table", "--all")
    assert code == 0
    for output, loss in LEGAL:
        assert f"{output} + {loss}" in out
    assert out.count("✓ ") == 2 * len(LEGAL)


def test_the_list_gives_a_reason_for_every_refused_pair(command) -> None:
    code, out, _ = command("list")
    assert code == 0
    for output, loss in LEGAL:
        assert re.search(rf"✓ {output} \+ {loss}\s*$", out, re.MULTILINE)
    for output, loss in REFUSED:
        assert re.search(rf"✗ {output} \+ {loss} +the loss is not defined where ŷ leaves", out)


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_show_prints_the_derivation(command, output: str, loss: str) -> None:
    code, out, _ = command("show", output, loss, "--wrt", "W")
    assert code == 0
    assert out.strip() == derive.pair(output, loss).gradient("W").text(width=120).strip()
    code, out, _ = command("show", output, loss)
    assert code == 0
    assert "∇_W L =" in out
    assert "∇_h L =" in out


def test_show_writes_every_format(command) -> None:
    for name, mark in (
        ("text", "∇_W L"), ("ascii", "softmax"), ("latex", r"\begin{align"), ("html", "<math"),
    ):  # fmt: skip
        code, out, _ = command("show", "softmax", "cross-entropy", "--format", name)
        assert code == 0
        assert mark in out
    assert command("show", "softmax", "cross-entropy", "--format", "ascii")[1].isascii()
    code, out, _ = command("show", "softmax", "cross-entropy", "--format", "json", "--wrt", "a")
    assert json.loads(out)
    assert derive.Derivation.from_json(out) == derive.pair("softmax", "cross-entropy").gradient("a")


def test_show_takes_the_options_of_the_library(command) -> None:
    pair = derive.pair("relu", "squared-error", at_kink=0)
    expected = pair.gradient("h", batch=True, reduction="mean", bias=True)
    code, out, _ = command(
        "show", "relu", "squared-error", "--wrt", "h", "--batch", "--reduction", "mean", "--bias",
        "--at-kink", "0",
    )  # fmt: skip
    assert (code, out.strip()) == (0, expected.text(width=120).strip())
    for second in ("jacobian", "hessian"):
        code, out, _ = command("show", "softmax", "cross-entropy", "--second", second)
        assert code == 0
        assert "diag(ŷ) − ŷŷᵀ" in out
    code, out, _ = command("show", "softmax", "cross-entropy", "--wrt", "a", "--no-assume")
    assert "(Σᵢ yᵢ) ŷᵢ − yᵢ" in out or "(Σⱼ yⱼ) ŷᵢ − yᵢ" in out


def test_show_verify_prints_the_report(command) -> None:
    code, out, _ = command("show", "sigmoid", "logistic", "--wrt", "a", "--verify")
    assert code == 0
    assert out.count("proved") >= len(derive.pair("sigmoid", "logistic").gradient("a").steps)


def test_latex_and_kernel_write_files(command, tmp_path: Path) -> None:
    page, module = tmp_path / "page.tex", tmp_path / "kernel.py"
    assert command("latex", "softmax", "cross-entropy", "--standalone", "-o", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("\\documentclass")
    assert command("kernel", "softmax", "cross-entropy", "-o", str(module))[0] == 0
    assert module.read_text(encoding="utf-8") == derive.numpy_source(
        derive.pair("softmax", "cross-entropy")
    )
    _, out, _ = command("kernel", "softmax", "cross-entropy")
    assert out == module.read_text(encoding="utf-8")
    _, out, _ = command("kernel", "softmax", "cross-entropy", "--backend", "numba")
    assert out == derive.numba_source(derive.pair("softmax", "cross-entropy"))


def test_the_kernels_that_ship_are_as_generated(command) -> None:
    code, out, err = command("kernels", "--check")
    assert code == 0, out + err


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_kernels_are_written_and_a_changed_one_is_found(
    command, backend: str, tmp_path: Path
) -> None:
    where = ("--folder", str(tmp_path), "--backend", backend)
    assert command("kernels", *where)[0] == 0
    assert len(list(tmp_path.glob("*.py"))) == len(LEGAL)
    assert command("kernels", "--check", *where)[0] == 0
    changed = tmp_path / "softmax_cross_entropy.py"
    changed.write_text(changed.read_text(encoding="utf-8").replace("exp", "expm1", 1), "utf-8")
    (tmp_path / "left_over.py").write_text("", encoding="utf-8")
    code, out, err = command("kernels", "--check", *where)
    assert code == 1
    assert "softmax_cross_entropy.py" in err
    assert "left_over.py" in err
    assert "-" in out
    assert command("kernels", *where)[0] == 0
    assert command("kernels", "--check", *where)[0] == 0


def test_check_passes_a_right_gradient_and_shrinks_a_wrong_one(command, gradients: Path) -> None:
    pair = ("--pair", "softmax", "cross-entropy", "--examples", "60")
    code, out, _ = command("check", "their_gradients:right", *pair)
    assert (code, "no fault found" in out) == (0, True)
    code, out, _ = command("check", f"{gradients}:layer", *pair, "--single")
    assert code == 0, out
    for wrong, sign in (("doubled", "2"), ("swapped", "sign"), ("overflowing", "overflow")):
        code, out, _ = command("check", f"their_gradients:{wrong}", *pair)
        assert code == 1
        assert sign in out


def test_help_has_an_example_for_every_command(command) -> None:
    code, out, _ = command("--help")
    assert code == 0
    for name in ("table", "list", "show", "latex", "kernel", "kernels", "check"):
        assert name in out
        code, text, _ = command(name, "--help")
        assert code == 0
        assert f"derive {name}" in text


WRONG = [
    (("tabel",), "table"),
    (("shw", "softmax", "cross-entropy"), "show"),
    (("show",), "OUTPUT"),
    (("show", "softmax"), "LOSS"),
    (("show", "sofmax", "cross-entropy"), "did you mean 'softmax'"),
    (("show", "softmax", "cross-entropi"), "did you mean 'cross-entropy'"),
    (("show", "linear", "cross-entropy"), "(0, 1)"),
    (("show", "relu", "logistic"), "(0, 1)"),
    (("show", "softmax", "cross-entropy", "--wrt", "w"), "'W'"),
    (("show", "softmax", "cross-entropy", "--format", "latx"), "did you mean 'latex'"),
    (("show", "softmax", "cross-entropy", "--fromat", "latex"), "--format"),
    (("show", "softmax", "cross-entropy", "--reduction", "mean"), "batch"),
    (("show", "softmax", "cross-entropy", "--batch", "--reduction", "avg"), "'mean'"),
    (("show", "softmax", "cross-entropy", "--second", "hesian"), "hessian"),
    (("show", "softmax", "cross-entropy", "--second", "hessian", "--wrt", "W"), "leave out --wrt"),
    (("show", "softmax", "cross-entropy", "--at-kink", "7"), "at_kink"),
    (("show", "softmax", "cross-entropy", "--bias"), "--wrt"),
    (("show", "softmax", "cross-entropy", "--bias", "--wrt", "a"), "leave out bias"),
    (("show", "cross-entropy", "softmax"), "swapped"),
    (("show", "relu", "squared-error", "--at-kink", "1/0"), "at_kink='1/0'"),
    (("check", "../there:right", "--pair", "softmax", "cross-entropy"), "no module's name"),
    (("check", "raising:right", "--pair", "softmax", "cross-entropy"), "ValueError: broken"),
    (("check", "leaving:right", "--pair", "softmax", "cross-entropy"), "SystemExit"),
    (("show", "softmax", "cross-entropy", "-o", "/no/such/folder/x"), "cannot write"),
    (("latex", "softmax", "cross-entropy", "--wrt", "x"), "'W'"),
    (("kernel", "softmax"), "LOSS"),
    (("kernel", "linear", "logistic"), "(0, 1)"),
    (("kernels", "--folder", "/no/such/folder"), "exists"),
    (("kernels", "extra"), "extra"),
    (("kernels", "--backend", "nunpy"), "did you mean 'numpy'?"),
    (("kernel", "softmax", "cross-entropy", "--backend", "torch"), "'numpy', 'numba'"),
    (("check",), "MODULE:FUNCTION"),
    (("check", "their_gradients:right"), "--pair"),
    (("check", "their_gradients:right", "--pair", "softmax"), "--pair"),
    (("check", "their_gradients", "--pair", "softmax", "cross-entropy"), "MODULE:FUNCTION"),
    (("check", "nowhere:right", "--pair", "softmax", "cross-entropy"), "'nowhere'"),
    (("check", "nowhere.py:right", "--pair", "softmax", "cross-entropy"), "nowhere.py"),
    (("check", "their_gradients:wrong", "--pair", "softmax", "cross-entropy"), "it has"),
    (("check", "their_gradients:number", "--pair", "softmax", "cross-entropy"), "not a function"),
    (("check", "their_gradients:one_argument", "--pair", "softmax", "cross-entropy"), "(a, y)"),
    (("check", "their_gradients:right", "--pair", "linear", "logistic"), "(0, 1)"),
    (("check", "their_gradients:right", "--pair", "softmax", "cross-entropy", "--wrt", "z"), "z"),
    (
        ("check", "their_gradients:right", "--pair", "softmax", "cross-entropy", "--examples", "0"),
        "greater than or equal to 1",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda part: " ".join(part)[:60])
def test_wrong_calls_end_in_one_message_and_exit_code_2(
    command, gradients: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = command(*arguments)
    assert code == 2, out + err
    assert message in " ".join(re.sub(r"[│╭╮╰╯─]", " ", err).split()) or message in err
    assert "Traceback" not in out + err


def test_a_narrow_terminal_and_a_version(command, monkeypatch) -> None:
    monkeypatch.setattr(console, "width", lambda: 40)
    assert command("show", "linear", "squared-error")[0] == 0
    assert command("table")[0] == 0
    code, out, _ = command("--version")
    assert (code, out.startswith("gradproof ")) == (0, True)


def test_the_report_does_not_spoil_what_a_program_reads(command) -> None:
    code, out, err = command(
        "show", "softmax", "cross-entropy", "--wrt", "a", "--format", "json", "--verify"
    )
    assert code == 0
    assert json.loads(out)
    assert "proved" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "| head -1"])
def test_an_output_that_cannot_be_written_to_gives_no_traceback(redirection: str) -> None:
    ended = subprocess.run(
        f'"{sys.executable}" -c "from derive.cli import main; main()" list {redirection}',
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_the_installed_command_runs_in_an_empty_folder(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from derive.cli import main; main()", "show", "linear", "logistic"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: linear + logistic is refused")
    assert len(ended.stderr.strip().splitlines()) == 1
