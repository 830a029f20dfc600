"""The readers of corpora and their scores, on a corpus of our own in each form."""

import json

import pytest

from tests.evaluation.__main__ import main
from tests.evaluation.corpus import CorpusError, read_corpus
from tests.evaluation.score import score_articles

TEXT = "Shells fell on Goma in North Kivu. Talks go on in Nairobi, Kenya.\n"
GOMA, NAIROBI, KENYA = (29.23, -1.67), (36.82, -1.28), (38.0, 1.0)
MARKS = (("Goma", GOMA, 216281), ("Nairobi", NAIROBI, 184745), ("Kenya", KENYA, 192950))


def spans():
    return [(TEXT.index(name), TEXT.index(name) + len(name), name, *more) for name, *more in MARKS]


def write_lines(path):
    marks = [
        {"start": a, "end": b, "text": name, "type": "Literal", "geonames_id": str(key),
         "lon": lon, "lat": lat}
        for a, b, name, (lon, lat), key in spans()
    ]  # fmt: skip
    marks.append({"start": 0, "end": 6, "text": "Shells", "type": "Non_Toponym"})
    path.write_text(json.dumps({"id": "1", "text": TEXT, "annotations": marks}) + "\n")


def write_toponyms(path):
    marks = "".join(
        f"<toponym><start>{a}</start><end>{b}</end><phrase>{name}</phrase>"
        f'<gaztag geonameid="{key}"><lat>{lat}</lat><lon>{lon}</lon></gaztag></toponym>'
        for a, b, name, (lon, lat), key in spans()
    )
    path.write_text(
        f'<articles><article docid="1"><feedid>7</feedid><text>{TEXT}</text>'
        f"<toponyms>{marks}</toponyms></article></articles>"
    )


def write_locations(path):
    marks = "".join(
        f"<location><name>{name}</name><start>{a + 1}</start><end>{b + 1}</end>"
        f"<lat>{lat}</lat><lon>{lon}</lon></location>"
        for a, b, name, (lon, lat), _ in spans()
    )
    path.write_text(
        f'<articles><article number="1"><text>{TEXT}</text>'
        f"<locations>{marks}</locations></article></articles>"
    )


FORMS = {"own.jsonl": write_lines, "LGL.xml": write_toponyms, "GeoVirus.xml": write_locations}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_gives_the_same_names(name, tmp_path):
    FORMS[name](tmp_path / name)
    (article,) = read_corpus(tmp_path / name)
    assert article.text == TEXT
    found = [(t.start, t.end, t.lon, t.lat) for t in article.toponyms]
    assert found == [(a, b, lon, lat) for a, b, _, (lon, lat), _ in spans()]
    assert article.source == ("7" if name == "LGL.xml" else None)


def test_offsets_that_do_not_fit_are_refused(tmp_path, capsys):
    path = tmp_path / "own.jsonl"
    mark = {"start": 1, "end": 5, "text": "Goma", "type": "Literal"}
    path.write_text(json.dumps({"id": "9", "text": "Goma fell.", "annotations": [mark]}))
    with pytest.raises(CorpusError, match="no offsets that fit"):
        read_corpus(path)
    assert main([str(path)]) == 3
    assert "can't be read" in capsys.readouterr().err


def test_a_mark_that_does_not_fit_is_counted_and_left_out(tmp_path):
    path = tmp_path / "own.jsonl"
    write_lines(path)
    record = json.loads(path.read_text())
    record["annotations"].append({"start": -9, "end": -5, "text": "Goma", "type": "Literal"})
    path.write_text(json.dumps(record))
    (article,) = read_corpus(path)
    assert (len(article.toponyms), article.set_aside) == (3, 1)


def test_the_scores_are_those_counted_by_hand(tmp_path):
    """Of three marked names all are found; North Kivu is found too, and was not marked."""
    write_lines(tmp_path / "own.jsonl")
    score = score_articles(read_corpus(tmp_path / "own.jsonl"))
    assert (score.marked, score.found, score.exact) == (3, 4, 3)
    assert (score.placed, score.near) == (3, 3)
    assert (score.beyond, score.beyond_near) == (2, 2)  # Kenya is a country
    lines = dict(score.describe())
    assert lines["exact span"] == "F1 0.857 (P 0.750 R 1.000)"
    assert lines["within 161 km, end to end"] == "1.000"
