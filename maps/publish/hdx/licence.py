"""Under which licence a data set goes to HDX: what the licences of its sources leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.run import Record

_IDENTIFIERS = {
    "CC BY 4.0": "cc-by",
    "CC BY": "cc-by",
    "CC BY-IGO": "cc-by-igo",
    "CC BY-SA 4.0": "cc-by-sa",
    "ODbL 1.0": "hdx-odc-odbl",
    "ODbL": "hdx-odc-odbl",
}
_FREE = frozenset(
    {
        "public domain",
        "CC0",
        "CC0 1.0",
        "of its publisher",
        "published figure, cited",
        "published figures, cited",
        "published standards, cited",
    }
)
"""Licences, or what stands for them, that ask for nothing of what is made from the source."""


def choose_licence(sources: Sequence[Record]) -> dict[str, str]:
    """Return HDX's `license_id`, with `license_other` where no single licence says it.

    One licence that all sources share is the data set's own; of several, or of one that HDX has no
    name for, HDX is told each with its source, since none of them may be dropped.
    """
    asking = [each for each in sources if each["licence"] not in _FREE]
    licences = {str(each["licence"]) for each in asking}
    if not licences:
        return {"license_id": "cc-by"}
    identifiers = {_IDENTIFIERS.get(licence, "hdx-other") for licence in licences}
    if len(identifiers) == 1 and "hdx-other" not in identifiers:
        return {"license_id": identifiers.pop()}
    lines = [f"{' '.join(str(each['name']).split())}: {each['licence']}" for each in asking]
    kind = "hdx-multi" if len(licences) > 1 else "hdx-other"
    return {"license_id": kind, "license_other": "; ".join(dict.fromkeys(lines))}
