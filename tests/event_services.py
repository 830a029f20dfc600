"""Services of events on a server on this machine: made-up answers in the form of the real ones."""

import csv
import hashlib
import io
from urllib.parse import parse_qs

from tests.faults import Service, answer
from tests.services import dump, make_zip

DAY = "2024-02-24"
PSE = ("--area", "PSE", "--date", DAY, "--yes")

# --- ACLED ------------------------------------------------------------------------------------

ACLED = "acleddata.com/api/acled/read?_format=json&iso=275"
ACLED_PAGES = (
    f"{ACLED}&event_date=2024-02-11%7C2024-02-24&event_date_where=BETWEEN&limit=5000&page="
)
DELETED_PAGES = (
    "acleddata.com/api/deleted/read?_format=json&deleted_timestamp=1707609600"
    "&deleted_timestamp_where=%3E%3D&limit=5000&page="
)
TOKEN = "acleddata.com/oauth/token"  # noqa: S105 - an address
ACLED_SECRETS = {
    "CIVMAP_ACLED_EMAIL": "somebody@of-nobody.example.org",
    "CIVMAP_ACLED_PASSWORD": 'p@ss & "w0rd" of-nobody',
}


def acled_event(number, **changes):
    """Return an event as ACLED's API gives it: all values are text."""
    return {
        "event_id_cnty": f"PSE{number}",
        "event_date": "2024-02-20",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Air/drone strike",
        "country": "Palestine",
        "location": "Rafah",
        "latitude": "31.2870",
        "longitude": "34.2595",
        "geo_precision": "1",
        "notes": "made up",
        "fatalities": "3",
        "timestamp": "1709000000",
    } | changes


def acled_page(rows, total=None):
    return dump(
        {
            "status": 200,
            "success": True,
            "count": len(rows),
            "total_count": len(rows) if total is None else total,
            "data": rows,
        }
    )


def deleted(number, timestamp="1709900000"):
    return {"event_id_cnty": f"PSE{number}", "deleted_timestamp": timestamp}


def acled_pages(events=None, gone=()):
    rows = [acled_event(1), acled_event(2)] if events is None else events
    return {
        f"{ACLED_PAGES}1": acled_page(rows),
        f"{ACLED_PAGES}2": acled_page([], 0),
        f"{DELETED_PAGES}1": acled_page(list(gone)),
        f"{DELETED_PAGES}2": acled_page([], 0),
    }


class TokenOffice:
    """Gives out tokens as ACLED does and refuses whoever comes with another.

    Attributes
    ----------
    lives
        How many requests a token lives for.
    refreshes
        Whether refresh tokens are taken.
    """

    def __init__(self, lives=1000, *, refreshes=True):
        self.lives, self.refreshes = lives, refreshes
        self.grants = []
        self.tokens = []
        self._left = 0

    def __call__(self, handler):
        """Answer a question for a token, and one without a token that lives; else return False."""
        if handler.path.endswith("/oauth/token"):
            return self._give(handler)
        token = self.tokens[-1] if self.tokens else None
        if handler.headers.get("Authorization") != f"Bearer {token}" or not self._left:
            answer(401, b"no")(handler)
            return True
        self._left -= 1
        return False

    def _give(self, handler):
        form = {key: value[0] for key, value in parse_qs(handler.form.decode()).items()}
        kind = form["grant_type"]
        self.grants.append(kind)
        right = form.get("client_id") == "acled" and (
            (kind == "refresh_token" and self.refreshes)
            or (
                kind == "password"
                and form["username"] == ACLED_SECRETS["CIVMAP_ACLED_EMAIL"]
                and form["password"] == ACLED_SECRETS["CIVMAP_ACLED_PASSWORD"]
            )
        )
        if not right:
            answer(401, b'{"error": "invalid_grant"}')(handler)
            return True
        number = len(self.tokens)
        self.tokens += [f"refr3sh-of-nobody-{number}", f"t0ken-of-nobody-{number}"]
        self._left = self.lives
        told = {"token_type": "Bearer", "expires_in": 86400, "access_token": self.tokens[-1],
                "refresh_token": self.tokens[-2]}  # fmt: skip
        answer(200, dump(told))(handler)
        return True


def acled_service(at=f"{ACLED_PAGES}1", office=None, pages=None, **changes):
    row = acled_event(1)
    del row["geo_precision"]
    given = {"changed": acled_page([row, row])} if at == f"{ACLED_PAGES}1" else {}
    return Service(
        source="acled",
        arguments=PSE,
        pages=acled_pages() if pages is None else pages,
        at=at,
        secrets=ACLED_SECRETS,
        guard=TokenOffice() if office is None else office,
        **(given | changes),
    )


# --- UCDP -------------------------------------------------------------------------------------

UCDP_API = "ucdpapi.pcr.uu.se/api/gedevents"
UCDP_FILES = "ucdp.uu.se/downloads"
UCDP_SECRETS = {"CIVMAP_UCDP_TOKEN": "ucdp-t0ken-of-nobody"}


def ged_event(number, **changes):
    return {
        "id": number,
        "type_of_violence": 1,
        "where_prec": 1,
        "where_coordinates": "Rafah town",
        "latitude": 31.287,
        "longitude": 34.2595,
        "country": "Israel",
        "country_id": 666,
        "date_start": "2024-02-20T00:00:00",
        "date_end": "2024-02-20T00:00:00",
        "best": 4,
        "high": 6,
        "low": 3,
    } | changes


def ucdp_page(rows, number=0, of=1, total=None):
    following = f"https://{UCDP_API}/x?page={number + 1}" if number + 1 < of else ""
    return dump(
        {
            "TotalCount": len(rows) if total is None else total,
            "TotalPages": of,
            "PreviousPageUrl": "",
            "NextPageUrl": following,
            "Result": rows,
        }
    )


def ucdp_url(version, page):
    return f"{UCDP_API}/{version}?pagesize=1000&page={page}&StartDate=2024-02-11&EndDate=2024-02-24"


def write_ged(rows):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def ucdp_guard(handler):
    if handler.headers.get("x-ucdp-access-token") != UCDP_SECRETS["CIVMAP_UCDP_TOKEN"]:
        answer(401, b"no")(handler)
        return True
    return False


WORLD = [
    ged_event(1),
    ged_event(2, latitude=31.9, longitude=34.8),  # in Israel
    ged_event(3, date_start="2024-02-05T00:00:00", date_end="2024-02-12T00:00:00"),
    ged_event(4, date_start="2024-03-01T00:00:00", date_end="2024-03-01T00:00:00"),
]
UCDP = Service(
    source="ucdp",
    arguments=PSE,
    pages={
        f"{UCDP_API}/25.1?pagesize=1&page=0": ucdp_page(WORLD[:1], 0, 4, 4),
        ucdp_url("25.1", 0): ucdp_page(WORLD[:2], 0, 2, 3),
        ucdp_url("25.1", 1): ucdp_page(WORLD[2:3], 1, 2, 3),
    },
    at=ucdp_url("25.1", 1),
    secrets=UCDP_SECRETS,
    guard=ucdp_guard,
    changed=ucdp_page([{"id": 1}], 1, 2, 3),
)
GED = f"{UCDP_FILES}/ged/ged251-csv.zip"
UCDP_FILE = Service(
    source="ucdp",
    arguments=PSE,
    pages={GED: make_zip(GEDEvent_v25_1__csv=write_ged(WORLD))},
    at=GED,
    kind="zip",
    changed=make_zip(GEDEvent_v25_1__csv=b"id,when,where\n1,2,3\n"),
)

# --- GDELT ------------------------------------------------------------------------------------

GDELT = "storage.googleapis.com/data.gdeltproject.org/gdeltv2"


def gdelt_row(number, **changes):
    """Return a line of 61 columns; `changes` are by position from 0."""
    cells = [""] * 61
    given = {0: number, 1: "20240224", 26: "190", 28: "19", 29: "4", 30: "-10.0", 31: "8", 32: "2",
             33: "8", 51: "4", 52: "Rafah, Israel (general), Israel", 53: "GZ", 56: "31.287",
             57: "34.2595", 59: "20240224120000", 60: "https://news.example.org/a"}  # fmt: skip
    for at, value in (given | {int(key[1:]): value for key, value in changes.items()}).items():
        cells[at] = str(value)
    return "\t".join(cells)


def gdelt_zip(stamp, *lines):
    return make_zip(**{f"{stamp}__export__CSV": "\n".join(lines) + "\n"})


def gdelt_pages(files):
    """Return pages of files by time, and the list that names them with their MD5."""
    lines = []
    pages = {}
    for stamp, body in files.items():
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
        for kind in ("export.CSV", "mentions.CSV", "gkg.csv"):
            name = f"{stamp}.{kind}.zip"
            lines.append(f"{len(body)} {digest} http://data.gdeltproject.org/gdeltv2/{name}")
        pages[f"{GDELT}/{stamp}.export.CSV.zip"] = body
    return pages | {f"{GDELT}/masterfilelist.txt": ("\n".join(lines) + "\n").encode()}


GDELT_FILES = {
    "20240223234500": gdelt_zip("20240223234500", gdelt_row(9)),
    "20240224000000": gdelt_zip(
        "20240224000000", gdelt_row(1), gdelt_row(2, _53="WE", _52="Hebron"), gdelt_row(3, _29="3")
    ),
    "20240224001500": gdelt_zip(
        "20240224001500",
        gdelt_row(4, _51="1", _52="Gaza Strip"),  # put at the country
        gdelt_row(5, _53="IS"),
        gdelt_row(6, _1="20230224"),
    ),
    "20240225000000": gdelt_zip("20240225000000", gdelt_row(7)),
}
GDELT_SERVICE = Service(
    source="gdelt",
    arguments=PSE,
    pages=gdelt_pages(GDELT_FILES),
    at=f"{GDELT}/20240224001500.export.CSV.zip",
    kind="zip",
    checked=True,
)
GDELT_LIST = Service(
    source="gdelt",
    arguments=PSE,
    pages=gdelt_pages(GDELT_FILES),
    at=f"{GDELT}/masterfilelist.txt",
    kind="text",
    changed=b"20240224001500 somewhere else\n",
)

EVENT_SERVICES = {
    "acled": acled_service(),
    "acled-deleted": acled_service(f"{DELETED_PAGES}1"),
    "ucdp": UCDP,
    "ucdp-file": UCDP_FILE,
    "gdelt": GDELT_SERVICE,
    "gdelt-list": GDELT_LIST,
}


def read_rows(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
