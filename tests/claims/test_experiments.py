"""Every claim is observed; a false one is not; every figure is drawn."""

from __future__ import annotations

import json
import re
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


def swapped(name: str) -> dict[str, Any]:
    """Return the networks of a claim, sigmoids in the place of ReLUs and ReLUs in theirs."""
    wanted = networks(name)
    return {"sigmoid": wanted["relu"], "relu": wanted["sigmoid"]}


PLANTED: list[tuple[str, dict[str, Any], str]] = [
    ("sigmoid-bends", {"bends": (0.2036, 0.7964)}, "|s″| is largest"),
    ("sigmoid-bends", {"curved": (0.2113, 0.7887)}, "κ at"),
    ("sigmoid-bends", {"steepest": 0.2}, "the largest s′ on a grid is 0.2,"),
    ("sigmoid-bends", {"steepest": 0.3}, "the largest s′ on a grid is 0.3,"),
    ("vanishing-gradient", {"base": 5.0}, "more than 1/5"),
    ("vanishing-gradient", {"base": 5.0}, "at most 5^(−L)"),
    ("vanishing-gradient", {"base": 4.5}, "more than 1/4.5"),
    ("vanishing-gradient", {"steady": 1.01}, "as many ReLU layers"),
    ("vanishing-gradient", {"explosive": 3.0}, "twice as large"),
    ("logistic-cures-output", {"cure": "squared-error"}, "∂L/∂a is −1"),
    ("logistic-cures-output", {"cure": "squared-error"}, "but 0 within"),
    ("logistic-cures-output", {"cure": "squared-error"}, "gives ŷ − y everywhere"),
    ("logistic-cures-output", {"faint": 1e-6}, "a hidden sigmoid"),
    ("last-layer-regression", {"epochs": 100}, "logistic regression"),
    ("last-layer-regression", {"epochs": 100}, "softmax regression"),
    ("last-layer-regression", {"epochs": 20}, "linear regression"),
    ("attainable-labels", {"met": (0.0, 0.95)}, "falls below"),
    ("attainable-labels", {"met": (0.0, 0.95)}, "less than 1e-6"),
    ("attainable-labels", {"missed": (0.1, 0.9)}, "more than 1"),
    ("attainable-labels", {"missed": (0.1, 0.9)}, "stays above"),
    ("attainable-labels", {"halfway": 0.4}, "at one place"),
    ("stuck-relus", {"usual_bias": -3.0}, "no unit is stuck"),
    ("stuck-relus", {"usual_rate": 100.0}, "no unit is stuck"),
    ("stuck-relus", {"biases": (0.0, -0.5)}, "biases 0.5 deviations"),
    ("stuck-relus", {"rates": (0.1, 1.0)}, "rate 1 sticks more than 30 %"),
    ("stuck-relus", {"rates": (0.1, 1.0)}, "rate 0.1 sticks more of the ReLUs"),
    ("stuck-relus", {"rates": (0.1, 1.0)}, "no ReLU that is dead moves"),
    ("stuck-relus", {"sizes": (1.0, 1.0, 4.0)}, "weights 4 times as large"),
    ("stuck-relus", {"sizes": (1024.0, 1.0, 1.0)}, "up to 1024 times"),
    ("stuck-relus", {"sizes": (1024.0, 1.0, 1.0)}, "more ReLUs than sigmoids"),
    ("stuck-relus", {"sizes": (1.0, 1.0, 4.0)}, "and fewer at 4 times"),
    ("stuck-relus", {"steady": 0.0}, "more than 0 points"),
    ("relus-compute-xor", {"truth": (0.0, 1.0, 1.0, 1.0)}, "the best plane"),
    ("relus-compute-xor", {"within": 0.0}, "learn it"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "no single unit"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "is right in more than 95 %"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "a tenth of them removed"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "with half of them"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "completes each of 60"),
    ("fault-tolerance", {"width": 6, "stored": 60}, "with 30 %"),
    ("fault-tolerance", {"width": 6, "most": 12}, "of 12 patterns"),
]
"""What is claimed falsely of a row, and a part of the fact that must then be false."""


@cache
def measured_falsely(name: str, planted: tuple[tuple[str, Any], ...]) -> Measurement:
    return ROWS[name].measure(networks(name), **dict(planted))


@pytest.mark.parametrize(("name", "planted", "failing"), PLANTED)
def test_a_false_claim_is_not_observed(name: str, planted: dict[str, Any], failing: str) -> None:
    result = measured_falsely(name, tuple(planted.items()))
    assert not result.ok
    assert any(failing in fact for fact, holds in result.facts.items() if not holds)


@pytest.mark.parametrize("name", ROWS)
def test_every_fact_is_made_false_by_something(name: str) -> None:
    results = [
        list(measured_falsely(name, tuple(planted.items())).facts.values())
        for row, planted, _ in PLANTED
        if row == name
    ]
    assert {len(holds) for holds in results} == {len(measured(name).facts)}
    never = [
        fact
        for fact, *verdicts in zip(measured(name).facts, *results, strict=True)
        if all(verdicts)
    ]
    assert not never


@pytest.mark.parametrize("name", ROWS)
def test_every_fact_has_its_bound_and_then_what_was_measured(name: str) -> None:
    for fact in measured(name).facts:
        bound, _, seen = fact.partition(": ")
        assert bound
        assert any(letter.isdigit() for letter in seen), fact


def test_sigmoids_in_the_place_of_relus_are_noticed() -> None:
    name = "vanishing-gradient"
    assert not any(ROWS[name].measure(swapped(name)).facts.values())


def test_sigmoids_do_not_stand_still_where_relus_would_be_dead() -> None:
    result = ROWS["stuck-relus"].measure(swapped("stuck-relus"))
    (moved,) = (fact for fact in result.facts if "dead moves" in fact)
    assert not result.facts[moved]
    assert ": 0 of" not in moved


def test_a_relu_that_the_rate_has_killed_is_among_those_that_stand_still() -> None:
    (moved,) = (fact for fact in measured("stuck-relus").facts if "dead moves" in fact)
    begun, killed = re.findall(r"(\d+) (?:that begin|that rate)", moved)
    assert int(begun) > 0
    assert int(killed) > 0


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


def test_no_unit_of_a_memory_hears_itself() -> None:
    memories = patterns(30, 16, np.random.default_rng(1))
    weights = store(memories)
    assert not weights.diagonal().any()
    superposed = sum(np.outer(one, one) for one in memories) / 256
    assert np.array_equal(weights + 30 / 256 * np.eye(256), superposed)


@pytest.mark.parametrize("flat", [0.001, 0.02])
def test_where_a_slope_counts_as_flat_does_not_matter_to_what_is_stuck(
    flat: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numeric.claims.stuck.FLAT", flat)
    result = ROWS["stuck-relus"].measure(networks("stuck-relus"))
    assert result.ok, result.sentence


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
    for claim in CLAIMS:
        word = "holds, corrected" if claim.correction else "holds"
        assert f"{claim.name:<24}{word}\n" in out
        assert claim.correction.split(" ")[0] in out
    assert out.endswith("8 of 8 claims hold, 2 of them not in the lecture's words\n")
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
    assert (code, out.splitlines()[0]) == (0, "sigmoid-bends: holds, corrected")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["sigmoid-bends.svg"]


def test_json_has_the_facts_the_figures_and_the_exact_values(command: Any) -> None:
    code, out, _ = command("sigmoid-bends", "--json")
    (claim,) = json.loads(out)["claims"]
    assert code == 0
    assert (claim["verdict"], claim["ok"]) == ("holds, corrected", True)
    assert "2036" in claim["correction"]
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
