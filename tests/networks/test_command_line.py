"""derive network and derive kernel network."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import derive
from derive import cli

LECTURE = ["--hidden", "relu", "relu", "--output", "softmax", "--loss", "cross-entropy", "--l2"]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["derive", *arguments])
        try:
            cli.main()
            code: Any = 0
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return int(code), captured.out, captured.err

    return run


def lecture() -> derive.Network:
    return derive.network(["relu", "relu"], "softmax", "cross-entropy", l2=True)


def test_every_format_is_that_of_the_derivation(command: Any) -> None:
    page = lecture().derivation()
    views = {
        "text": page.text(width=120),
        "ascii": page.text(width=120, ascii=True),
        "latex": page.latex(),
        "json": page.to_json(),
        "html": page.html(),
    }
    for name, view in views.items():
        code, out, err = command("network", *LECTURE, "--format", name)
        assert (code, out.rstrip(), err) == (0, view.rstrip(), "")


def test_the_options_reach_the_network(command: Any, tmp_path: Path) -> None:
    _, out, _ = command("network", "--hidden", "leaky-relu", "--no-bias", "--slope", "1/4",
                        "--at-zero", "0", "--wrt", "W1", "--format", "json")  # fmt: skip
    document = json.loads(out)
    assert document["wrt"] == "W1"
    assert document["network"] == {
        "hidden": ["leaky-relu"],
        "output": "softmax",
        "loss": "cross-entropy",
        "l2": False,
        "biases": False,
        "at_zero": "0",
        "slope": "1/4",
    }
    target = tmp_path / "page.tex"
    arguments = ["--format", "latex", "--standalone", "-o", str(target)]
    assert command("network", "--no-hidden", *arguments)[0] == 0
    assert target.read_text(encoding="utf-8").startswith(r"\documentclass")


def test_the_names_after_hidden_are_its_own(command: Any) -> None:
    for words in (
        ["--hidden", "relu", "tanh", "--wrt", "x"],
        ["--wrt", "x", "--hidden", "relu", "tanh"],
        ["--hidden", "relu", "--hidden", "tanh", "--wrt", "x"],
    ):
        code, out, _ = command("network", *words)
        assert code == 0
        assert out.startswith("the network x → relu → tanh → softmax + cross-entropy")


def test_verify_prints_the_report(command: Any) -> None:
    code, out, _ = command("network", "--hidden", "relu", "--verify")
    assert code == 0
    assert "verdict: proved" in out


def test_the_kernel_is_the_module(command: Any, tmp_path: Path) -> None:
    code, out, _ = command("kernel", "network", *LECTURE)
    assert code == 0
    assert out == derive.network_source(lecture())
    target = tmp_path / "network.py"
    assert command("kernel", "network", *LECTURE, "-o", str(target))[0] == 0
    assert target.read_text(encoding="utf-8") == out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["network", "--hidden", "rellu"], "did you mean 'relu'"),
        (
            ["network", "--hidden", "relu", "--output", "linear"],
            "linear + cross-entropy is refused",
        ),
        (["network", "--hidden", "relu", "--wrt", "W9"], "unknown quantity of the network 'W9'"),
        (["network", "--hidden"], "requires an argument"),
        (["network", "--no-hidden", "--hidden", "relu"], "leave out --hidden"),
        (["network", "--format", "word"], "--format='word'"),
        (["network", "--standalone"], "--standalone is of LaTeX"),
        (
            ["network", "--at-zero", "2"],
            "--at-zero='2' is not an option; --at-zero takes: 0, '1/2', 1, 'c', any number of",
        ),
        (["kernel", "network", "--at-zero", "c"], "at_zero='c' leaves the slope"),
        (["kernel", "network", "--slope", "x"], "slope='x'"),
    ],
)
def test_mistakes_end_in_a_message_and_code_two(
    command: Any, arguments: list[str], said: str
) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "units"),
    [
        (["--hidden", "relu", "--depth", "3"], ["relu"] * 3),
        (["--hidden", "relu", "tanh", "--depth", "4"], ["relu", "tanh"] * 2),
        (["--depth", "4"], ["relu"] * 4),
        (["--hidden", "3 × relu", "tanh"], ["relu", "relu", "relu", "tanh"]),
        (["--hidden", "64*relu"], ["relu"] * 64),
        (["--hidden", "2*leaky relu", "--depth", "4"], ["leaky-relu"] * 4),
    ],
)
def test_depth_is_a_number(command: Any, words: list[str], units: list[str]) -> None:
    code, out, _ = command("kernel", "network", *words)
    assert code == 0
    assert out.rstrip() == derive.network_source(derive.network(units)).rstrip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hidden", "relu", "tanh", "--depth", "3"], "--depth=3 is not .*: a multiple of 2"),
        (["--at-zero", "1e999999999"], "--at-zero='1e999999999' is not an option"),
        (["--depth", "0"], "--depth=0 is not an option; --depth takes: a whole number from 1"),
        (["--no-hidden", "--depth", "2"], "leave out --depth"),
        (["--hidden", "0 × relu"], "--hidden='0 × relu' is not an option"),
        (["--at-zero", "foo"], "--at-zero='foo' is not .*, any number of .0, 1."),
        (["--slope", "foo", "--hidden", "leaky-relu"], "--slope='foo' is not an option"),
        (["--hidden", "tanh", "--at-zero", "0"], "none of tanh, softmax has one; leave it out"),
        (["--hidden", "relu", "--slope", "1/5"], "none of relu, softmax is one; leave it out"),
    ],
)
def test_options_are_told_by_their_flags(command: Any, words: list[str], said: str) -> None:
    code, out, err = command("network", *words)
    assert (code, out) == (2, "")
    assert re.search(said, err.replace("\n", " "))
