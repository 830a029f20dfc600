"""The command `civmap data`: what sources have, and what of it is kept in the cache.

With `maps/cli.py` the only place that prints.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from geo.blocks import Notes
    from geo.holdings import Holding
    from geo.offers import Offer, Ranked
    from geo.wanted import Way

_SHORT_HASH = 12
_BAR = 30


def add_data(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `civmap data` and its own commands."""
    command = commands.add_parser(
        "data", help="data of publishers: find it, fetch it once, see what is kept"
    )
    acts = command.add_subparsers(dest="data_command", required=True, metavar="ACT")
    listed = acts.add_parser("list", parents=[common], help="what is kept in the cache")
    listed.set_defaults(act=_list)
    find = acts.add_parser("find", parents=[common], help="what sources have, fittest first")
    _add_question(find)
    find.add_argument("--source", action="append", default=[], help="ask only this source")
    find.set_defaults(act=_find)
    fetch = acts.add_parser("fetch", parents=[common], help="fetch a file into the cache")
    fetch.add_argument("source", help="the source, such as worldpop; `civmap data info` lists them")
    _add_question(fetch)
    fetch.add_argument("--offer", help="which one, as `civmap data find` calls it (default: first)")
    fetch.add_argument("--yes", action="store_true", help="don't ask before a download")
    fetch.set_defaults(act=_fetch)
    info = acts.add_parser("info", parents=[common], help="a source, or a file in the cache")
    info.add_argument("what", nargs="?", help="a source, a file's name or the start of its sha256")
    info.set_defaults(act=_info)
    clear = acts.add_parser("clear", parents=[common], help="throw files out of the cache")
    clear.add_argument("--source", help="only of this source")
    clear.add_argument("--older-than", type=int, metavar="DAYS", help="only copies older than that")
    clear.add_argument("--all", action="store_true", help="all of them")
    clear.set_defaults(act=_clear)
    for each in (listed, find, fetch, info, clear):
        each.add_argument("--json", action="store_true", help="print JSON")


def _add_question(command: argparse.ArgumentParser) -> None:
    command.add_argument("--area", required=True, metavar="ISO", help="country, such as PSE")
    command.add_argument("--date", metavar="DAY", help="YYYY-MM-DD (default: today)")
    command.add_argument(
        "--part",
        action="append",
        default=[],
        help="what it is for: population, ages, boundaries, demography, displacement, facilities, "
        "events, articles",
    )
    command.add_argument(
        "--days", type=int, metavar="N", help="of events: the days up to --date (default: 14; 1)"
    )


def add_events(command: argparse.ArgumentParser) -> None:
    """Add what a source of events that is named as input needs to know."""
    command.add_argument(
        "--area", metavar="ISO", help="the country whose events are fetched, such as PSE"
    )
    command.add_argument(
        "--days",
        type=int,
        metavar="N",
        help="fetch the events of the N days up to the day (default: 14; of gdelt 1)",
    )


def make_way(options: argparse.Namespace) -> Way:
    """Return how files are had: with a bar on a terminal, never from the network if offline."""
    from geo.wanted import Way

    show = _make_bar() if sys.stderr.isatty() else None
    return Way(offline=options.offline, show=show, tell=_tell)


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def make_agreement(*, yes: bool, whole: bool = False) -> Callable[[Sequence[Offer]], bool]:
    """Return who is told what would be fetched, and asked on a terminal unless `yes`.

    `whole`: of a file that can be read in parts, all of it will be fetched.
    """

    def agree(offers: Sequence[Offer]) -> bool:
        for offer in offers:
            print(f"  will fetch {_describe(offer, whole=whole)}", file=sys.stderr)
        if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    return agree


def _describe(offer: Offer, *, whole: bool) -> str:
    from geo.catalogue import tidy

    size = write_size(offer.size) if offer.size else "size not told beforehand"
    if offer.details.get("in_parts") and not whole:
        size = f"{size}, or the parts of it that are needed"
    return (
        f"{offer.title} ({size}, {offer.licence or 'licence not told'}) from {offer.source}: "
        f"{tidy(offer.url.partition('?')[0])}"
    )


def write_size(size: float) -> str:
    """Return bytes as people read them, such as `1.5 MB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _make_bar() -> Callable[[str, int, int | None], None]:
    """Return a bar with the rate; it is drawn a few times a second, and whole at the end."""
    start, drawn = time.monotonic(), 0.0
    first: dict[str, int] = {}

    def show(name: str, done: int, total: int | None) -> None:
        nonlocal drawn
        now, ended = time.monotonic(), done == total
        first.setdefault(name, done)
        if now - drawn < 0.1 and not ended:
            return
        drawn = now
        rate = (done - first[name]) / max(now - start, 0.001)
        part = done / total if total else 0.0
        filled = round(_BAR * part)
        of = f"{part:4.0%} of {write_size(total)}" if total else write_size(done)
        print(
            f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {of}, {write_size(rate)}/s {name}",
            end="\n" if ended else "",
            file=sys.stderr,
            flush=True,
        )

    return show


def read_day(text: str | None, option: str = "--date") -> date:
    """Return the day that an option gives; None: today."""
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: expected YYYY-MM-DD") from None


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))


def _find(options: argparse.Namespace) -> None:
    from geo.sources import find_area, find_offers

    area, day = find_area(options.area), read_day(options.date)
    found = find_offers(
        area,
        day,
        make_way(options),
        sources=options.source,
        parts=options.part,
        days=options.days,
    )
    if options.json:
        ranked = [each for part in found.offers.values() for each in part]
        _print_json(
            {
                "area": area.iso3,
                "date": day.isoformat(),
                "offers": [_to_record(each) for each in ranked],
                "not_asked": found.failures,
            }
        )
        return
    for part, offers in found.offers.items():
        print(f"{part} for {area.name} ({area.iso3}), {day.isoformat()}:")
        for number, each in enumerate(offers, 1):
            _print_offer(number, each)
    for source, why in found.failures.items():
        print(f"  not asked: {source}: {why}", file=sys.stderr)


def _to_record(each: Ranked) -> dict[str, Any]:
    return each.offer.to_record() | {"points": each.points, "reasons": list(each.reasons)}


def _print_offer(number: int, each: Ranked) -> None:
    offer = each.offer
    size = f", {write_size(offer.size)}" if offer.size else ""
    print(f"  {number}. {offer.source} {offer.offer_id}: {offer.title}{size}")
    print(f"     why: {'; '.join(each.reasons) or 'nothing known'} ({each.points:g} points)")
    for trap in offer.traps:
        print(f"     trap: {trap}")


def _fetch(options: argparse.Namespace) -> None:
    from geo.sources import find_area, find_offers, find_path, get_source, list_missing

    area, way = find_area(options.area), make_way(options)
    source = get_source(options.source)
    found = find_offers(
        area,
        read_day(options.date),
        way,
        sources=[source.name],
        parts=options.part,
        days=options.days,
    )
    offers = [each.offer for part in found.offers.values() for each in part]
    if options.offer:
        offers = [offer for offer in offers if offer.offer_id == options.offer]
    if not offers:
        which = f" {options.offer!r}" if options.offer else ""
        raise UnavailableError(f"{source.name} has no offer{which} for {area.name} ({area.iso3})")
    offer = offers[0]
    missing = [] if options.offline else list_missing([offer], way)
    if missing and not make_agreement(yes=options.yes, whole=True)(missing):
        raise UnavailableError("nothing was fetched, as you said")
    fetched = source.fetch(offer, way)
    if fetched.note:
        print(f"  note: {fetched.note}", file=sys.stderr)
    if options.json:
        _print_json(_describe_holding(fetched.holding) | {"transferred": fetched.transferred})
        return
    for trap in offer.traps:
        print(f"  trap: {trap}", file=sys.stderr)
    print(find_path(offer, fetched))


def _list(options: argparse.Namespace) -> None:
    from geo.blocks import list_notes
    from geo.holdings import Holdings

    kept, parts = Holdings().list_all(), list_notes()
    if options.json:
        _print_json(
            [_describe_holding(each) for each in kept]
            + [_describe_parts(notes, size) for notes, size in parts]
        )
        return
    for each in kept:
        print(_write_line(each))
    for notes, size in parts:
        print(
            f"{notes.identity[:_SHORT_HASH]} {notes.source} parts of {notes.url}: "
            f"{write_size(size)} of {write_size(notes.size)}, {notes.age_days} days old"
        )
    total = sum({each.sha256: each.size for each in kept}.values())
    total += sum(size for _, size in parts)
    print(f"{len(kept) + len(parts)} files, {write_size(total)}", file=sys.stderr)


def _describe_parts(notes: Notes, size: int) -> dict[str, Any]:
    return dataclasses.asdict(notes) | {"parts": size, "age_days": notes.age_days}


def _describe_holding(each: Holding) -> dict[str, Any]:
    return each.to_record() | {"age_days": each.age_days, "path": str(each.path)}


def _write_line(each: Holding) -> str:
    origin = each.origin
    licence = origin.licence or "licence not told"
    return (
        f"{each.sha256[:_SHORT_HASH]} {origin.source} {origin.area or '-'} {each.path.name}: "
        f"{write_size(each.size)}, {each.age_days} days old, {licence}, "
        f"from {urlsplit(origin.url).hostname or 'a file of yours'}"
    )


def _info(options: argparse.Namespace) -> None:
    from geo.holdings import Holdings
    from geo.sources import SOURCES

    sources = [each for each in SOURCES if options.what in (None, each.name)]
    if sources:
        if options.json:
            _print_json(
                [{"source": s.name, "parts": list(s.parts), "about": s.about} for s in sources]
            )
            return
        for source in sources:
            print(f"{source.name} ({', '.join(source.parts)}): {source.about}")
        return
    kept = [
        each
        for each in Holdings().list_all()
        if each.path.name == options.what or each.sha256.startswith(options.what.lower())
    ]
    if not kept:
        raise UsageError(
            f"{options.what!r}: no source and no file in the cache; expected a source "
            f"({', '.join(each.name for each in SOURCES)}), a file's name, or the start of its "
            "sha256"
        )
    if options.json:
        _print_json([_describe_holding(each) for each in kept])
        return
    for each in kept:
        for name, value in _describe_holding(each).items():
            print(f"{name}: {'-' if value is None else value}")


def _clear(options: argparse.Namespace) -> None:
    from geo.blocks import Blocks, list_notes
    from geo.holdings import Holdings

    if options.source is None and options.older_than is None and not options.all:
        raise UsageError("what to clear? give --source NAME, --older-than DAYS, or --all")
    holdings = Holdings()
    chosen = [
        each
        for each in holdings.list_all()
        if (options.source is None or each.origin.source.split()[0] == options.source)
        and (options.older_than is None or each.age_days > options.older_than)
    ]
    for each in chosen:
        holdings.drop(each)
    parts = [
        (notes, size)
        for notes, size in list_notes()
        if (options.source is None or notes.source == options.source)
        and (options.older_than is None or notes.age_days > options.older_than)
    ]
    for notes, _ in parts:
        Blocks(notes.url).drop()
    if options.all and options.source is None and options.older_than is None:
        holdings.sweep()
    if options.json:
        _print_json(
            [_describe_holding(each) for each in chosen]
            + [_describe_parts(notes, size) for notes, size in parts]
        )
        return
    size = sum(each.size for each in chosen) + sum(size for _, size in parts)
    print(f"{len(chosen) + len(parts)} files, {write_size(size)}, are gone")
