import pytest

from geo.text import document_from_text, find_mentions


def part_of(name, text, index):
    document = document_from_text("12 May 2024 - " + text, "a")
    mentions = [m for m in find_mentions(document, index) if m.text == name]
    assert mentions, f"{name} was not found"
    return mentions[-1].role, mentions[-1].modality


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Cairo", "Mediators held talks in Cairo.", ("venue", "actual")),
        ("Paris", "Paris became the focal point for truce negotiations.", ("venue", "actual")),
        ("Paris", "The previous Paris talks failed.", ("venue", "past")),
        ("Cairo", "The envoy is slated to meet officials in Cairo.", ("venue", "planned")),
        ("Doha", "Doha will host a new round of talks.", ("venue", "planned")),
        ("Kyiv", "The foreign minister visited Kyiv.", ("venue", "actual")),
        ("Doha", "Talks in Doha were called off.", ("venue", "denied")),
        (
            "Rafah",
            "The looming threat of an offensive on the crowded city of Rafah.",
            ("threatened", "threatened"),
        ),
        (
            "Rafah",
            "Rafah, where a million people shelter, would be stormed.",
            ("threatened", "threatened"),
        ),
        ("Rafah", "Aid groups warned of an assault on Rafah.", ("threatened", "threatened")),
        ("Rafah", "The army vowed to storm Rafah.", ("threatened", "threatened")),
        ("Rafah", "The army plans to attack Rafah.", ("threatened", "planned")),
        ("Rafah", "The U.S. urged Israel not to attack Rafah.", ("threatened", "threatened")),
        ("Rafah", "Fears Grow for Rafah as Tanks Gather", ("threatened", "threatened")),
        (
            "Rafah",
            "They had fled fighting in Khan Younis, Deir al-Balah and Rafah.",
            ("site", "actual"),
        ),
        ("Goma", "Rebels are massing around Goma.", ("threatened", "threatened")),
        ("Goma", "The rebels are advancing on Goma.", ("threatened", "threatened")),
        ("Goma", "The army ordered residents of Goma to leave.", ("threatened", "threatened")),
        ("Goma", "Evacuation orders were issued for Goma.", ("threatened", "threatened")),
        ("Goma", "Goma braces for an assault.", ("threatened", "threatened")),
        (
            "Goma",
            "Goma is home to a million. Rebels have vowed to seize the city.",
            ("threatened", "threatened"),
        ),
        ("Goma", "At least nine people were killed in Goma.", ("site", "actual")),
        ("Kharkiv", "A missile struck Kharkiv overnight.", ("site", "actual")),
        ("Kharkiv", "Kharkiv was shelled again.", ("site", "actual")),
        ("Kharkiv", "Kharkiv came under attack at dawn.", ("site", "actual")),
        ("Gaza", "The envoys want to end the hostilities in Gaza.", ("site", "actual")),
        ("Goma", "In 2012 the city of Goma was seized.", ("site", "past")),
        ("Goma", "The general denied that he planned to attack Goma.", ("threatened", "denied")),
        ("Goma", "There was no attack on Goma.", ("site", "denied")),
        ("Washington", "It is at odds with Washington's preference.", ("actor", "actual")),
        ("Moscow", "Moscow said that it would wait.", ("actor", "actual")),
        ("Egypt", "Representatives from Qatar, Egypt and France met.", ("actor", "actual")),
        ("Israel", "The plan was accepted by Israel.", ("actor", "actual")),
        ("Gaza", "They talked about a strategy for Gaza.", ("mentioned", "actual")),
        ("Sake", "Families walked from Goma to Sake.", ("mentioned", "actual")),
        ("Kyiv", "She told reporters in Kyiv that it was late.", ("mentioned", "actual")),
        ("Gaza", "An assault on Rafah in Gaza is feared.", ("mentioned", "actual")),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) > 12 else "",
)
def test_a_clause_gives_its_place_a_part(name, text, expected, index):
    assert part_of(name, text, index) == expected


def test_a_dateline_plays_no_part_of_its_own(index):
    text = "CAIRO, 12 May 2024 (AP) - Shells struck Rafah."
    mentions = find_mentions(document_from_text(text, "a"), index)
    assert [(m.text, m.role) for m in mentions] == [("CAIRO", "mentioned"), ("Rafah", "site")]


def test_roles_are_not_guessed_in_other_languages(index):
    text = "Les combats ont repris dans la ville de Goma et les habitants ont fui par la route."
    mentions = find_mentions(document_from_text(text, "a"), index)
    assert [(m.text, m.role) for m in mentions] == [("Goma", "mentioned")]
