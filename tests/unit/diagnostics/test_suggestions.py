"""What is offered for a misspelt name."""

from __future__ import annotations

import random
import time

import pytest

from ssbt.compiler.diagnostics.suggestions import (
    did_you_mean,
    edit_distance,
    is_within_distance,
    near_matches,
)
from ssbt.compiler.driver import check_pipeline

OPTIONS = ["path", "header", "delimiter", "starting_offsets", "ending_offsets", "mode", "schema"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("delimeter", "delimiter"),
        ("startingOffsets", "starting_offsets"),
        ("starting-offset", "starting_offsets"),
        ("PATH", "path"),
        ("haeder", "header"),
        ("mdoe", "mode"),
        ("shcema", "schema"),
        ("compression", None),
        ("x", None),
        ("", None),
        ("m" * 10_000, None),
    ],
)
def test_options(word, expected):
    assert did_you_mean(word, OPTIONS) == expected


def test_the_word_itself_is_no_suggestion():
    assert did_you_mean("path", ["path"]) is None
    assert did_you_mean("path", ["path", "PATH"]) == "PATH"


def test_several_the_nearest_first():
    assert near_matches("amounnt", ["mount", "amounts", "amount", "count"]) == (
        "amount",
        "amounts",
        "mount",
    )


def test_the_order_of_the_candidates_does_not_matter():
    names = ["bat", "cat", "hat", "rat", "vat"]
    suggestions = set()
    for seed in range(20):
        random.Random(seed).shuffle(names)
        suggestions.add(near_matches("zat", iter(names)))
    assert suggestions == {("bat", "cat", "hat")}


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "abc", 3), ("abc", "acb", 1), ("kitten", "sitting", 3), ("same", "same", 0)],
)
def test_edit_distance(one, other, distance):
    assert edit_distance(one, other) == edit_distance(other, one) == distance


def test_words_are_told_apart_without_counting():
    generator = random.Random(3)
    words = ["".join(generator.choices("abc", k=generator.randrange(7))) for _ in range(120)]
    for first in words:
        for second in words:
            distance = edit_distance(first, second)
            assert [is_within_distance(first, second, limit) for limit in range(4)] == [
                distance <= limit for limit in range(4)
            ]


def test_a_thousand_misspelt_columns_of_three_thousand():
    names = [f"measure_{number:04}_of_the_{number % 7}_day" for number in range(3_000)]
    declared = ", ".join(f"{name}: int" for name in names)
    misspelt = ", ".join(name.replace("measure", "mesaure") for name in names[::3])
    text = f"""pipeline p {{}}
schema Day {{ {declared} }}
source days from json {{ path = "in", schema = Day }}
let few = from days |> select {misspelt}
sink few to noop {{}}
"""
    began = time.process_time()
    findings = check_pipeline("p.ssbt", lambda _: text.encode()).findings
    assert time.process_time() - began < 5
    assert len(findings) == 1_000
    assert findings[0].help == ("did you mean `measure_0000_of_the_0_day`?",)


def test_five_thousand_candidates():
    letters = random.Random(1)
    names = [
        "".join(letters.choices("abcdefghij_", k=letters.randint(4, 20))) for _ in range(5_000)
    ]
    seconds = []
    for _ in range(3):
        began = time.process_time()
        assert did_you_mean("strating_offsets", [*names, "starting_offsets"]) == "starting_offsets"
        seconds.append(time.process_time() - began)
    # The first look imports what compares words, and a busy machine may be slow for a moment.
    assert min(seconds) < 0.5
