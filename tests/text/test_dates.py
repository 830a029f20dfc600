from datetime import date

import pytest

from geo.text import document_from_text, find_mentions
from geo.text.dates import find_date
from geo.text.times import View
from geo.text.timewords import find_times

SATURDAY = date(2024, 2, 24)
WEDNESDAY = date(2024, 5, 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "24th February 2024 \u2013 (Paris) Talks", (SATURDAY, "dateline"), id="ordinal"
        ),
        pytest.param("CAIRO, 24 February 2024 - Talks", (SATURDAY, "dateline"), id="city-first"),
        pytest.param("Title\n\nFeb. 24, 2024 (AP) — x", (SATURDAY, "dateline"), id="american"),
        pytest.param("Le 24 février 2024, Paris", (SATURDAY, "text"), id="french"),
        pytest.param("It began on 24 February 2024 in Kyiv.", (SATURDAY, "text"), id="in-text"),
        pytest.param("2024-02-24\nText", (SATURDAY, "dateline"), id="iso"),
        pytest.param("30 February 2024 was no day", None, id="impossible"),
        pytest.param("in February 2024", None, id="no-day"),
    ],
)
def test_the_first_full_date_is_found(text, expected):
    assert find_date(text) == expected


def days(text, *, anchor=WEDNESDAY, ahead=False, base=None):
    """The days that a text's expressions mean, as `MM-DD` where the year is the anchor's."""
    found = (time.sense.day(View(anchor, ahead, base)) for time in find_times(text))
    return " ".join(
        day.isoformat().removeprefix(f"{WEDNESDAY.year}-") for day in found if day is not None
    )


WEEKDAYS = [
    ("on Friday", "05-10"),
    ("on friday", "05-10"),
    ("On FRIDAY", "05-10"),
    ("on Thursday", "05-09"),
    ("on Wednesday", "05-15"),  # the article's own weekday is the article's own day
    ("on Tuesday", "05-14"),
    ("Friday's raid", "05-10"),
    ("Friday\u2019s raid", "05-10"),
    ("after Friday's raid on the town", "05-10"),
    ("in the town Saturday, police said", "05-11"),
    ("late on Friday", "05-10"),
    ("early Monday", "05-13"),
    ("before dawn on Monday", "05-13"),
    ("on Monday evening", "05-13"),
    ("Sunday night", "05-12"),
    ("at 14:30 on Sunday", "05-12"),
    ("this Monday", "05-13"),
    ("last Friday", "05-10"),
    ("last Wednesday", "05-08"),
    ("last Monday", ""),  # two days ago, or in the week before
    ("this past Sunday", "05-12"),
    ("on Monday of last week", "05-06"),
    ("Friday last week", "05-10"),
    ("on Tuesday this week", "05-14"),
    ("last week on Friday", "05-10"),
    ("earlier this week, on Monday", "05-13"),
    ("on Thursday, May 9", "05-09"),
    ("on Friday, 10 May 2024,", "05-10"),
    ("on Friday 10 May", "05-10"),
    ("Sat 11 May", "05-11"),
    ("on Friday, 9 May", ""),  # a Thursday
    ("every Friday", ""),
    ("on Fridays", ""),
    ("one Friday in spring", ""),
    ("a Friday deadline", ""),
    ("the following Monday", ""),
    ("after Friday prayers", ""),
    ("the Sunday market", ""),
    ("Black Friday", ""),
    ("on Good Friday", ""),
    ("Bloody Sunday", ""),
    ("told the Sunday Times", ""),
    ("outside the Friday Mosque", ""),
    ("He sat on Sun Street", ""),
    ("Sat down in March", ""),
    ("since Monday", ""),
    ("until Friday", ""),
    ("by Tuesday evening", ""),
    ("By Sunday the town had fallen", ""),
    ("until the Friday attack", "05-10"),
    ("before Friday", ""),
    ("after Sunday", ""),
    ("from Monday to Friday", ""),
    ("between Monday and Wednesday", ""),
    ("on Saturday and Sunday", ""),
    ("Friday or Saturday", ""),
    ("on Saturday, Sunday and Monday", ""),
    ("overnight from Friday to Saturday", ""),
    ("late on Saturday into Sunday", ""),
    ("Saturday\u2013Sunday", ""),
    ("overnight on Friday", ""),
]
WEEKDAYS_AHEAD = [
    ("on Friday", "05-17"),
    ("on Wednesday", "05-15"),
    ("on Monday", "05-20"),
    ("next Monday", "05-20"),
    ("next Tuesday", "05-21"),
    ("next Wednesday", "05-22"),
    ("next Friday", ""),  # in two days, or in the week after
    ("this Friday", "05-17"),
    ("this coming Sunday", "05-19"),
    ("on Friday next week", "05-24"),
    ("set for Tuesday", "05-21"),
    ("last Friday", "05-10"),
    ("by Friday", ""),
]
RELATIVE = [
    ("yesterday", "05-14"),
    ("Yesterday evening", "05-14"),
    ("the day before yesterday", "05-13"),
    ("today", "05-15"),
    ("earlier today", "05-15"),
    ("tonight", "05-15"),
    ("this morning", "05-15"),
    ("this afternoon", "05-15"),
    ("last night", "05-14"),
    ("tomorrow", "05-16"),
    ("the day after tomorrow", "05-17"),
    ("two days ago", "05-13"),
    ("some 3 days ago", "05-12"),
    ("a day ago", "05-14"),
    ("ten days ago", "05-05"),
    ("overnight", ""),  # yesterday or today
    ("a week ago", ""),
    ("two weeks ago", ""),
    ("two years ago", ""),
    ("48 hours ago", ""),
    ("for two days", ""),
    ("within 48 hours", ""),
    ("in two days", ""),
    ("at the weekend", ""),
    ("earlier this week", ""),
    ("late last week", ""),
    ("last month", ""),
    ("next month", ""),
    ("in recent days", ""),
    ("at dawn", ""),
    ("a day earlier", ""),  # than what?
    ("the next day", ""),
]
BASED = [
    ("a day earlier", "05-06"),
    ("Two days later", "05-09"),
    ("the previous day", "05-06"),
    ("The next day", "05-08"),
    ("The following night", "05-08"),
    ("That day", "05-07"),
    ("that same night", "05-07"),
    ("two nights earlier", "05-05"),
    ("on the same day", "05-07"),
    ("It had fallen the day before.", "05-06"),
    ("the day before the vote", ""),
    ("a week later", ""),
    ("hours later", ""),
]
DATES = [
    ("on 3 May", "05-03"),
    ("on May 3", "05-03"),
    ("on May 3rd", "05-03"),
    ("on the 3rd of May", "05-03"),
    ("on 3 may", ""),
    ("on 3 april", "04-03"),
    ("Apr. 25", "04-25"),
    ("on 25 April. Coalition forces came. On 3 May. Camp life", "04-25 05-03"),
    ("on 25 Dec", "2023-12-25"),
    ("on 29 February", "02-29"),
    ("on 14 July", ""),  # ten months ago, so a year would have been given
    ("on 16 May", ""),
    ("14 July last year", "2023-07-14"),
    ("on July 14 of last year", "2023-07-14"),
    ("on 14 July 2021", "2021-07-14"),
    ("on July 14, 2021", "2021-07-14"),
    ("2022-03-05", "2022-03-05"),
    ("2022/03/05", "2022-03-05"),
    ("03/04/2024", ""),  # March or April
    ("25/04/2024", "04-25"),
    ("04/25/2024", "04-25"),
    ("25.04.2024", "04-25"),
    ("31/31/2024", ""),
    ("on 31 February", ""),
    ("on 31 April 2024", ""),
    ("on 45 March", ""),
    ("the 12 March attack", "03-12"),
    ("after the 12 March attack", "03-12"),
    ("four days earlier, on 9 May", "05-09"),
    ("yesterday, 14 May", "05-14"),
    ("last month, on 14 April", "04-14"),
    ("the 7 October attack", "2023-10-07"),
    ("the October 7 massacre", "2023-10-07"),
    ("since 3 May", ""),
    ("until 3 May", ""),
    ("by 3 May", ""),
    ("after 3 May", ""),
    ("as of 3 May", ""),
    ("around 3 May", ""),
    ("in the week of 6 May", ""),
    ("from 3 to 5 May", ""),
    ("3-5 May", ""),
    ("3 and 4 May", ""),
    ("May 3\u20135", ""),
    ("3 May to 5 May", ""),
    ("on the night of 3-4 May", ""),
    ("in May", ""),
    ("in early May 2021", ""),
    ("by the end of June", ""),
    ("in mid-April", ""),
    ("in March 2022", ""),
    ("late in 2014", ""),
    ("in the 1990s", ""),
    ("In May 3 people died", ""),
    ("14 may have died", ""),
    ("they may 3 times refuse", ""),
    ("will march 10 kilometres", ""),
    ("General March said 12 times", ""),
    ("on 5 mar roads", ""),
    ("Mar 3", "03-03"),
    ("at the age of 14, May Thwin", ""),
    ("Fatima, 14, and a 12-year-old", ""),
    ("2014 people", ""),
    ("2,024 people", ""),
    ("the 23 March Movement", ""),
    ("the March 14 alliance", ""),
    ("on the 6 October Bridge", ""),
    ("in 6 October City", ""),
    ("along 20 June Street", ""),
    ("at 15 May Hospital", ""),
    ("On 3 May coalition aircraft struck", "05-03"),
    ("On 3 May City officials met", "05-03"),
    ("On 6 October Bridge crowds met", ""),
    ("on Avenue 5 July", ""),
    ("near the 17 November Barracks", ""),
]
DATES_AHEAD = [
    ("on 14 July", "07-14"),
    ("on 15 May", "05-15"),
    ("on 3 January", "2025-01-03"),
    ("on 3 May", ""),  # nearly a year off
    ("by 14 July", ""),
]


@pytest.mark.parametrize(("text", "expected"), WEEKDAYS + RELATIVE + DATES)
def test_what_was_is_counted_back(text, expected):
    assert days(text) == expected


@pytest.mark.parametrize(("text", "expected"), WEEKDAYS_AHEAD + DATES_AHEAD)
def test_what_is_to_come_is_counted_ahead(text, expected):
    assert days(text, ahead=True) == expected


@pytest.mark.parametrize(("text", "expected"), BASED)
def test_what_counts_from_a_day_that_was_told(text, expected):
    assert days(text, base=date(2024, 5, 7)) == expected


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("On Palm Sunday", date(2025, 4, 15), "2025-04-13"),
        ("on Easter Sunday", date(2019, 4, 22), "2019-04-21"),
        ("on Easter Monday", date(2024, 4, 3), "04-01"),
        ("on Easter Sunday", date(2024, 5, 8), "05-05"),  # the Orthodox one
        ("on Easter Sunday", date(2024, 9, 4), ""),  # which of the two?
        ("the Palm Sunday attack", date(2025, 4, 15), "2025-04-13"),
        ("Palm Sunday", date(2025, 4, 24), ""),
        ("on Christmas Day", date(2025, 1, 3), "12-25"),
        ("On New Year\u2019s Eve", date(2025, 1, 3), "12-31"),
        ("on New Year's Day", date(2025, 1, 3), "2025-01-01"),
    ],
)
def test_a_feast_is_the_day_that_the_calendar_has(text, anchor, expected):
    assert days(text, anchor=anchor) == expected


def test_a_day_that_became_a_name_keeps_its_year():
    assert days("the October 7 attack", anchor=date(2025, 3, 1)) == "2023-10-07"
    assert days("on October 7", anchor=date(2024, 10, 9)) == "10-07"


def test_without_the_articles_date_only_full_dates_are_days():
    assert days("yesterday, on Friday, on 3 May or on 3 May 2021", anchor=None) == "2021-05-03"


def day_of(name, text, index, *, head="15 May 2024 - "):
    """The day of what is told of a place where it is last named."""
    document = document_from_text(head + text, "a")
    mentions = [mention for mention in find_mentions(document, index) if mention.text == name]
    day = mentions[-1].day
    return None if day is None else day.isoformat().removeprefix("2024-")


TOLD = [
    ("Goma", "Shells hit Goma on Friday.", "05-10"),
    ("Goma", "On Friday, shells hit Goma.", "05-10"),
    ("Goma", "Friday's attack on Goma killed two.", "05-10"),
    ("Goma", "Shells hit Goma.", None),
    ("Goma", "Two died when shells hit Goma, a city in the east, early on Friday.", "05-10"),
    ("Goma", "On Friday two people died when shells hit Goma.", "05-10"),
    ("Goma", "Two people died on Friday when shells hit Goma.", "05-10"),
    ("Goma", "The siege began on Friday, when gunmen attacked Goma.", "05-10"),
    ("Goma", "Troops have stayed since 5 May, when gunmen attacked Goma.", "05-05"),
    ("Goma", "Rebels stormed Goma on Friday and they stormed Sake on Saturday.", "05-10"),
    ("Sake", "Rebels stormed Goma on Friday and they stormed Sake on Saturday.", "05-11"),
    ("Sake", "Shells hit Goma on Friday and shells hit Sake on Saturday.", "05-11"),
    ("Goma", "On Friday rebels stormed Goma and on Saturday they shelled Sake.", "05-10"),
    ("Sake", "On Friday rebels stormed Goma and on Saturday they shelled Sake.", "05-11"),
    ("Sake", "Rebels stormed Goma on Friday, and shells hit Sake for weeks.", None),
    ("Sake", "On Friday, four people were killed in Goma, and two more killed in Sake.", "05-10"),
    ("Sake", "On Friday rebels burnt houses in Goma, and shots were fired in Sake.", "05-10"),
    ("Goma", "Rebels shelled Goma and stormed Sake on Friday.", "05-10"),
    ("Goma", "Raids on Goma and strikes on Sake killed ten people on Friday.", "05-10"),
    ("Goma", "In Goma five people died when a house was bombed on Friday.", "05-10"),
    ("Goma", "In Goma five people died after a house was bombed on Friday.", "05-10"),
    ("Goma", "Two people were shot in Goma, where the camps fought on Friday.", "05-10"),
    ("Goma", "In the night to Friday gunmen attacked Goma.", "05-10"),
    ("Goma", "Two days after gunmen attacked Goma, shops are still shut.", "05-13"),
    ("Goma", "Two days after gunmen attacked Goma, shops were still shut.", None),
    ("Goma", "Shells hit Goma and rebels stormed Sake on Friday.", "05-10"),
    ("Goma", "Shells hit Goma, and rebels stormed Sake on Friday.", None),
    ("Sake", "Rebels shelled Goma on Friday after an attack on Sake.", None),
    ("Goma", "The army said on Friday that shells had hit Goma.", None),
    ("Goma", "The army said in a statement on Friday that shells had hit Goma.", None),
    ("Goma", "On Friday the army said that rebels had attacked Goma.", None),
    ("Goma", "On Friday, police said, shells hit Goma.", "05-10"),
    ("Goma", "Shells hit Goma on Friday, police said on Monday.", "05-10"),
    ("Goma", "Shells hit Goma on Friday, police told Reuters by telephone on Monday.", "05-10"),
    ("Goma", "Police told Reuters on Monday that shells hit Goma on Friday.", "05-10"),
    ("Goma", "Fighting in Goma has gone on since Monday.", None),
    ("Goma", "Last month's attack on Goma was condemned on Friday.", None),
    ("Goma", "Rebels attacked Goma tomorrow.", None),
    ("Goma", "On 3 March 2021 shells hit Goma.", "2021-03-03"),
    ("Goma", "In 2021, on 3 March, shells hit Goma.", "2021-03-03"),
    ("Goma", "Rebels came in 2021. On 3 March shells hit Goma.", None),
    ("Goma", "Goma: gunmen shelled the barracks in Goma on Tuesday.", "05-14"),
    ("Goma", "Shells hit Sake on Monday. A day earlier, shells hit Goma.", "05-12"),
    ("Goma", "Shells hit Sake on Monday. Shells also hit Goma.", None),
    ("Goma", "A blast killed two people on Monday. The attack hit Goma.", "05-13"),
    ("Goma", "On Friday, gunmen who had crossed the border attacked Goma.", "05-10"),
    ("Goma", "On Friday, gunmen, who had crossed the border, attacked Goma.", "05-10"),
    ("Goma", "On Friday gunmen entered Goma, where they killed ten people.", "05-10"),
    ("Goma", "On Friday envoys flew to Goma, where rebels had killed ten people.", None),
    ("Goma", "On Friday, after a truce ended, gunmen attacked Goma.", "05-10"),
    ("Goma", "On Friday, despite a truce, gunmen attacked Goma.", "05-10"),
    ("Goma", "After a truce ended on Friday, gunmen attacked Goma.", None),
    ("Goma", "After Friday's vote, gunmen attacked Goma.", None),
    ("Goma", "When gunmen attacked Goma on Friday, people fled.", "05-10"),
    ("Goma", "Fighting in Goma, which broke out on Friday, killed ten people.", "05-10"),
    ("Goma", "Fighting in Goma, which police condemned on Friday, killed ten people.", None),
    (
        "Goma",
        "Shells hit Sake on Monday. Ten died there. The same night, shells hit Goma.",
        "05-13",
    ),
    ("Goma", "On Monday, a day after shells hit Goma, shops were shut.", "05-12"),
    ("Goma", "Shops were shut on Monday, two days after shells hit Goma.", "05-11"),
    ("Goma", "Shops were shut, a day after shells hit Goma.", None),
    ("Goma", "On Friday residents reported clashes in Goma.", "05-10"),
    ("Goma", "On Friday the minister condemned the attack on Goma.", None),
    ("Sake", "Rebels attacked Goma on Friday and shelled Sake.", "05-10"),
    ("Goma", "Rebels attacked Goma years ago.", None),
    ("Goma", "On Friday ten people died as shells hit Goma.", "05-10"),
    ("Goma", "Ten people died on Friday as shells hit Goma.", "05-10"),
    ("Goma", "At least ten people were killed on Friday after shells hit Goma.", "05-10"),
    ("Goma", "The army sent aircraft on Friday after shells hit Goma.", None),
    ("Goma", "On Friday as many as 12 people were killed in Goma.", "05-10"),
    ("Goma", "Shells hit Goma \u2013 a town on the lake \u2013 on Friday.", "05-10"),
    ("Goma", "Shells hit Goma (a town on the lake) on Friday.", "05-10"),
    ("Goma", "Shells hit Goma (population 400,000) and Sake on Friday.", "05-10"),
    ("Goma", "Clashes were reported on Friday in Goma.", "05-10"),
    ("Goma", "On Friday, a witness told the agency, shells hit Goma.", "05-10"),
    ("Goma", "In the early hours of Friday, rockets and shells hit Goma.", "05-10"),
    ("Goma", "Shortly after dawn on Friday, gunmen attacked Goma.", "05-10"),
    ("Goma", "Also on Friday, police and soldiers attacked Goma.", "05-10"),
    ("Goma", "On 3 May hospital staff died when shells hit Goma.", "05-03"),
    ("Sake", "Shells hit Goma on Monday and on Tuesday shells hit Sake.", "05-14"),
    ("Cairo", "Mediators held talks in Cairo on Monday.", "05-13"),
    ("Cairo", "On Monday the envoys will rest and will hold talks in Cairo.", "05-20"),
    ("Cairo", "The envoys agreed to meet in Cairo on Monday.", "05-20"),
    ("Cairo", "On Monday the envoys agreed that they would meet in Cairo.", None),
    ("Cairo", "A meeting in Cairo on Monday was called off.", "05-13"),
    ("Cairo", "A meeting in Cairo on Monday has been called off.", "05-20"),
    ("Cairo", "Talks in Cairo, which opened on Monday, made no progress.", "05-13"),
    ("Cairo", "A previous meeting in Cairo on 3 May ended in a row.", "05-03"),
    ("Cairo", "A previous meeting in Cairo on Monday ended in a row.", "05-13"),
    ("Cairo", "The envoys meet in Cairo on 3 June.", "06-03"),
    (
        "Cairo",
        "The two ministers, who met in Doha on Sunday, will meet in Cairo on Monday.",
        "05-20",
    ),
    (
        "Doha",
        "The two ministers, who met in Doha on Sunday, will meet in Cairo on Monday.",
        "05-12",
    ),
    ("Cairo", "On Monday, the envoys go on to Cairo for planned talks.", "05-20"),
    ("Cairo", "The envoys meet in Cairo tomorrow.", "05-16"),
    ("Cairo", "The envoys had been due to meet in Cairo on 3 May.", "05-03"),
    ("Cairo", "The ministers will meet in Cairo from Monday.", "05-20"),
    ("Cairo", "The ministers will meet in Cairo from Monday to Friday.", None),
    ("Cairo", "On Friday the army called off talks in Cairo.", None),
    ("Cairo", "A planned meeting in Cairo on Monday is in doubt.", "05-20"),
    ("Cairo", "Mediators will hold talks in Cairo on Monday.", "05-20"),
    ("Cairo", "On Monday mediators will hold talks in Cairo.", "05-20"),
    ("Cairo", "Envoys are due to meet in Cairo on 3 June.", "06-03"),
    ("Cairo", "Envoys are to meet in Cairo next week.", None),
    ("Cairo", "The envoy is expected in Cairo on Thursday.", "05-16"),
    ("Rafah", "The army will attack Rafah on Friday.", "05-17"),
    ("Rafah", "The army plans to storm Rafah by Friday.", None),
    ("Rafah", "On Friday the army vowed to attack Rafah.", None),
    ("Rafah", "The army vowed on Friday to attack Rafah.", None),
    ("Rafah", "The army could storm Rafah, he told the council by video on Friday.", None),
    ("Rafah", "On Friday the army named Rafah as a town that it will attack.", None),
    (
        "Rafah",
        "The road to Rafah is open, as troops gave up Goma on Friday, and it could fall.",
        None,
    ),
    ("Rafah", "Aid groups warned on Friday of an assault on Rafah.", None),
    ("Rafah", "Families fled on Friday, fearing an attack on Rafah.", None),
    ("Rafah", "An assault on Rafah that was to begin on Friday has been called off.", "05-17"),
    ("Rafah", "The army prepares an assault on Rafah for Friday.", "05-17"),
    ("Rafah", "An assault on Rafah, set for Tuesday, was called off.", "05-14"),
]


@pytest.mark.parametrize(("name", "text", "expected"), TOLD)
def test_a_place_has_the_day_of_what_is_told_of_it(name, text, expected, index):
    assert day_of(name, text, index) == expected


def test_what_is_told_of_the_town_has_the_day_that_the_town_was_named_with(index):
    text = "On Friday gunmen rode into Sake. They attacked the town and left."
    document = document_from_text("15 May 2024 - " + text, "a")
    (mention,) = find_mentions(document, index)
    assert [echo.day for echo in mention.echoes] == [date(2024, 5, 10)]


@pytest.mark.parametrize(
    "head",
    ["15 May 2024 - ", "GOMA, 15 May 2024. ", "KYIV (15 May 2024) ", "Posted on 15 May 2024\n\n"],
)
def test_the_articles_own_date_is_no_event_s(head, index):
    assert day_of("Sake", "Shells hit Sake.", index, head=head) is None
