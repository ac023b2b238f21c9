"""Every claim is observed; a false one is not; every figure is drawn."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import derive
from derive import cli
from derive.claims import CLAIMS
from numeric.claims import EXPERIMENTS, Experiment, Measurement, load_generated, save_figure
from numeric.claims.memory import complete, patterns, store
from tests.docs.extension import ROOT

ROWS = {row.name: row for row in EXPERIMENTS}
FIGURES = ROOT / "docs" / "claims"


@cache
def networks(name: str) -> dict[str, Any]:
    return {
        key: load_generated(
            key, derive.network_source(derive.network(one.hidden, one.output, one.loss))
        )
        for key, one in ROWS[name].networks.items()
    }


@cache
def measured(name: str) -> Measurement:
    return ROWS[name].measure(networks(name))


def test_what_is_claimed_is_what_is_measured() -> None:
    assert [claim.name for claim in CLAIMS] == list(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_every_claim_is_observed(name: str) -> None:
    assert measured(name).ok, measured(name).sentence


@pytest.mark.parametrize(
    ("name", "planted", "failing"),
    [
        ("sigmoid-bends", {"bends": (0.2036, 0.7964)}, "|s″| is largest"),
        ("sigmoid-bends", {"curved": (0.2113, 0.7887)}, "κ at"),
        ("sigmoid-bends", {"steepest": 0.2}, "s′ is at most"),
        ("vanishing-gradient", {"base": 5.0}, "more than 1/5"),
        ("vanishing-gradient", {"steady": 1.01}, "as many ReLU layers"),
        ("vanishing-gradient", {"explosive": 3.0}, "twice as large"),
        ("logistic-cures-output", {"cure": "squared-error"}, "∂L/∂a is"),
        ("last-layer-regression", {"epochs": 100}, "logistic regression"),
        ("attainable-labels", {"met": (0.0, 0.95)}, "falls below"),
        ("attainable-labels", {"missed": (0.1, 0.9)}, "grows by"),
        ("stuck-relus", {"usual_bias": -3.0}, "dead for all examples"),
        ("stuck-relus", {"usual_rate": 100.0}, "dead for all examples"),
        ("relus-compute-xor", {"truth": (0.0, 1.0, 1.0, 1.0)}, "the best plane"),
        ("relus-compute-xor", {"within": 0.0}, "learn it"),
        ("fault-tolerance", {"width": 6, "stored": 60}, "no single unit"),
    ],
)
def test_a_false_claim_is_not_observed(name: str, planted: dict[str, Any], failing: str) -> None:
    result = ROWS[name].measure(networks(name), **planted)
    assert not result.ok
    assert any(failing in fact for fact, holds in result.facts.items() if not holds)


def test_sigmoids_in_the_place_of_relus_are_noticed() -> None:
    swapped = networks("vanishing-gradient")
    swapped = {"sigmoid": swapped["relu"], "relu": swapped["sigmoid"]}
    assert not any(ROWS["vanishing-gradient"].measure(swapped).facts.values())


def test_a_number_that_is_nan_fails_whatever_the_facts_say() -> None:
    assert Measurement({"fine": True}, {"one": 1.0}).ok
    assert not Measurement({"fine": True}, {"one": float("nan")}).ok


def test_a_memory_keeps_every_pattern_it_can_hold() -> None:
    memories = patterns(8, 16, np.random.default_rng(1))
    weights = store(memories)
    assert np.array_equal(complete(weights, memories), memories)
    assert np.linalg.matrix_rank(weights + 8 / 256 * np.eye(256)) == 8
    flipped = np.where(np.random.default_rng(2).random(memories.shape) < 0.2, -memories, memories)
    assert np.array_equal(complete(weights, flipped), memories)


# Figures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_every_figure_is_drawn_and_small(name: str, tmp_path: Path) -> None:
    drawn = save_figure(ROWS[name], measured(name), tmp_path).read_bytes()
    assert drawn.startswith(b"<?xml")
    assert drawn.count(b"<text") > 5
    assert len(drawn) < 60_000


def test_a_figure_is_the_same_twice(tmp_path: Path) -> None:
    row, result = ROWS["attainable-labels"], measured("attainable-labels")
    first = save_figure(row, result, tmp_path).read_bytes()
    assert save_figure(row, result, tmp_path).read_bytes() == first


def test_every_figure_is_checked_in_and_shown_on_the_page_with_its_claim() -> None:
    assert sorted(path.stem for path in FIGURES.glob("*.svg")) == sorted(ROWS)
    page = (FIGURES / "index.md").read_text(encoding="utf-8")
    for claim in CLAIMS:
        assert f"\n## {claim.name}\n" in page
        assert claim.quote in " ".join(page.replace("\n> ", " ").split())
        assert f"]({claim.name}.svg)" in page


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["derive", "claims", *arguments])
        try:
            cli.main()
            code: Any = 0
        except SystemExit as stopped:
            code = stopped.code or 0
        captured = capsys.readouterr()
        return int(code), captured.out, captured.err

    return run


def recorded(measure_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find rows whose measurement is ``measure_of(name)``."""
    rows = [
        Experiment(name, lambda _, name=name: measure_of(name), row.draw)
        for name, row in ROWS.items()
    ]
    monkeypatch.setattr("numeric.claims.EXPERIMENTS", rows)


def test_the_list_has_a_verdict_for_every_claim(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(measured, monkeypatch)
    code, out, err = command()
    assert (code, err) == (0, "")
    assert all(f"{name:<24}holds\n" in out for name in ROWS)
    assert out.endswith("8 of 8 claims hold\n")
    code, out, err = command("--json")
    assert (code, err) == (0, "")
    assert [(row["name"], row["ok"]) for row in json.loads(out)["claims"]] == [
        (name, True) for name in ROWS
    ]


def test_a_claim_that_fails_ends_the_command_with_code_one(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(lambda _: Measurement({"planted": False}), monkeypatch)
    code, out, _ = command("stuck-relus")
    assert code == 1
    assert out.startswith("stuck-relus: fails\n")
    assert "✗ planted" in out
    recorded(lambda _: Measurement({"fine": True}, {"one": float("nan")}), monkeypatch)
    code, out, _ = command("stuck-relus", "--json")
    (claim,) = json.loads(out, parse_constant=pytest.fail)["claims"]
    assert (code, claim["verdict"], claim["measured"]["figures"]) == (1, "fails", {"one": None})


def test_a_library_that_is_missing_leaves_a_claim_unmeasured(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    code, out, _ = command("fault-tolerance")
    assert code == 1
    assert out.startswith("fault-tolerance: not measured\n")
    assert "there is no module 'sklearn.datasets'" in out


def test_a_figure_goes_into_a_folder_that_is_made_for_it(command: Any, tmp_path: Path) -> None:
    code, out, _ = command("sigmoid-bends", "--figures", str(tmp_path / "new" / "folder"))
    assert (code, out.splitlines()[0]) == (0, "sigmoid-bends: holds")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["sigmoid-bends.svg"]


def test_json_has_the_facts_the_figures_and_the_exact_values(command: Any) -> None:
    code, out, _ = command("sigmoid-bends", "--json")
    (claim,) = json.loads(out)["claims"]
    assert code == 0
    assert (claim["verdict"], claim["ok"]) == ("holds", True)
    assert claim["proved"]["exact"]["bend, low"] == "1/2 - sqrt(3)/6"
    assert claim["measured"]["figures"]["bend, measured"] == pytest.approx(0.2113, abs=1e-4)
    assert all(fact["holds"] for fact in claim["proved"]["facts"])


def test_mistakes_end_in_a_message_and_code_two(
    command: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _, err = command("vanishing")
    assert (code, "unknown claim 'vanishing'" in err) == (2, True)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = command("sigmoid-bends", "--figures", str(tmp_path))
    assert (code, "--figures cannot draw: there is no module 'matplotlib'" in err) == (2, True)
    file = tmp_path / "file"
    file.touch()
    code, _, err = command("sigmoid-bends", "--figures", str(file))
    assert (code, "cannot write into" in err) == (2, True)
