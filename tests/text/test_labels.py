"""The labelled texts fit themselves; what civmap makes of them is scored elsewhere.

`tuned` may be looked at while rules are made, `scored` only ever scored: they were split before
either was read by civmap. `varied` tells threats in words as unlike as could be thought of, to tune
on too; `fresh` was scored once unseen (`docs/reading.md`), and tuned on since; `unseen` was written
last and is to stay so: look at none of its texts or faults. In all, `threatened` as a role goes
with a modality of its own.
"""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

TEXTS = Path(__file__).parent
HALVES = {half: sorted((TEXTS / half).glob("*.txt")) for half in ("tuned", "scored")}
MORE = [
    path for name in ("varied", "fresh", "unseen") for path in sorted((TEXTS / name).glob("*.txt"))
]
LABELLED = [path for paths in (*HALVES.values(), MORE) for path in paths]
CLASSES = {"place", "demonym", "actor", "organisation", None}
ROLES = {"venue", "threatened", "site", "actor", "mentioned"}
MODALITIES = {"actual", "threatened", "planned", "past", "denied"}
SPELLINGS = TEXTS.parent / "places" / "conflict_spellings.csv"


def read_labels(path):
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_two_halves_of_sixty_texts_in_many_countries():
    halves = HALVES["tuned"] + HALVES["scored"]
    assert len(halves) >= 60
    assert abs(len(HALVES["tuned"]) - len(HALVES["scored"])) <= 1
    assert len({path.stem.rsplit("_", 1)[1] for path in halves}) >= 25


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_labels_fit_their_text(path):
    text, labels = path.read_text(encoding="utf-8"), read_labels(path)
    date.fromisoformat(labels["as_of"])
    ends = 0
    for mark in labels["mentions"]:
        assert text[mark["start"] : mark["end"]] == mark["text"]
        assert mark["start"] >= ends, "in order, without overlaps"
        ends = mark["end"]
        assert mark["class"] in CLASSES
        assert (mark["class"] is None) == ("role" not in mark)
        assert mark.get("role", "mentioned") in ROLES
        assert mark.get("modality", "actual") in MODALITIES
        assert ("lon" in mark) == ("lat" in mark)
        if "date" in mark:
            date.fromisoformat(mark["date"])
    ahead = {"threatened", "planned"}
    feared = [m for m in labels["mentions"] if m.get("role") == "threatened"]
    current = {m["country"] for m in feared if m["modality"] in ahead}
    assert {place["country"] for place in labels["threatened"]} == current


def test_spellings_are_many_and_each_is_listed_once():
    with SPELLINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 400
    assert len({row["country"] for row in rows}) >= 30
    assert len({(row["spelling"], row["country"]) for row in rows}) == len(rows)
    for row in rows:
        assert -180 <= float(row["lon"]) <= 180
        assert -90 <= float(row["lat"]) <= 90
