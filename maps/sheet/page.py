"""The sheet: what stands where on the paper."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from maps.distribution import name_profile
from maps.furniture import describe_page, tabulate_figures, tabulate_zones
from maps.sheet.blocks import Entry, Paragraph, TableBlock, make_heading
from maps.sheet.canvas import Canvas, line_height
from maps.sheet.columns import Column, fits, set_columns
from maps.sheet.frame import choose_frame
from maps.sheet.ground import draw_inset, draw_map, draw_sheet_layers, list_beyond
from maps.sheet.lettering import break_lines, lacks_letters, measure_width
from maps.style import INK, OTHER, ZONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.layers.drawing import LayerDrawing
    from maps.run import RunData
    from maps.sheet.blocks import Block
    from maps.sheet.frame import Frame
    from maps.sheet.furniture import Box
    from maps.sheet.paper import Paper
    from maps.wording import Wording

_BLUE = "#005fa3"
_MARGIN_MM = 7.0
_GAP_MM = 2.5
_HEADER_MM = 12.5
_HEADLINE_MM = (15.0, 19.0)  # landscape, portrait
_FOOTER_MM = 8.4
_MOST_ROWS = 8
_SMALL = 5.2
_NOTE_LINES = 8


def draw_sheet(run: RunData, words: Wording, paper: Paper) -> Canvas:
    """Return the sheet of a run."""
    canvas = Canvas(paper, rtl=words.direction == "rtl")
    plan = make_plan(paper)
    frame = choose_frame(run, plan["map"][2], plan["map"][3])
    drawings = draw_sheet_layers(run, words, frame)
    page = describe_page(run, drawings, words)
    _draw_header(canvas, plan["header"], page, name_profile(run.profile, words), words)
    _draw_headline(canvas, plan["headline"], page["headline"], words)
    draw_map(canvas, plan["map"], run, drawings, frame, words)
    draw_inset(canvas, plan["inset"], run, drawings, frame, words)
    said = words.translate("More stands on the page, map.html.")
    rest = Paragraph(said, _SMALL, bold=True)
    legend = list_legend(page, words)
    set_columns(canvas, legend, plan["legend"], rest)
    figures = _choose_figures(canvas, run, words, plan["figures"])
    set_columns(canvas, figures, plan["figures"], rest)
    free = plan["notes"] if figures else [*plan["figures"], *plan["notes"]]
    notes = [*list_units(run, words), *list_notes(page, drawings, frame, words)]
    set_columns(canvas, notes, free, rest)
    _draw_footer(canvas, plan["footer"], page, words)
    return canvas


def make_plan(paper: Paper) -> dict[str, Any]:
    """Return the places of the sheet's parts, millimetres: boxes, and columns for text.

    x runs from the edge where reading begins.
    """
    size = paper.letters
    left = top = _MARGIN_MM
    wide, tall = paper.width_mm - 2 * left, paper.height_mm - 2 * top
    gap = _GAP_MM * size
    header, footer = _HEADER_MM * size, _FOOTER_MM * size
    headline = _HEADLINE_MM[paper.is_portrait] * size
    below = top + header + headline + gap
    end = top + tall - footer
    plan: dict[str, Any] = {
        "header": (left, top, wide, header),
        "headline": (left, top + header, wide, headline),
        "footer": (left, end, wide, footer),
    }
    arrange = _arrange_portrait if paper.is_portrait else _arrange_landscape
    return plan | arrange((left, below, wide, end - gap / 2 - below), gap, size)


def _arrange_landscape(box: Box, gap: float, size: float) -> dict[str, Any]:
    x, y, width, height = box
    side, low = 66.0 * size, 41.0 * size
    across, map_height = width - side - gap, height - low - gap
    low_y = y + map_height + gap
    inset, figures = 56.0 * size, 106.0 * size
    notes = (width - inset - figures - 3 * gap) / 2
    first = x + figures + gap
    return {
        "map": (x, y, across, map_height),
        "legend": [Column(x + across + gap, y, side, map_height)],
        "figures": [Column(x, low_y, figures, low)],
        "notes": [Column(first + number * (notes + gap), low_y, notes, low) for number in range(2)],
        "inset": (x + width - inset, low_y, inset, low),
    }


def _arrange_portrait(box: Box, gap: float, size: float) -> dict[str, Any]:
    x, y, width, height = box
    low = 112.0 * size
    low_y = y + height - low
    first = 68.0 * size
    rest, rest_x = width - first - gap, x + first + gap
    figures, inset = 34.0 * size, 26.0 * size
    notes_y, notes = low_y + figures + gap, (rest - gap) / 2
    return {
        "map": (x, y, width, height - low - gap),
        "legend": [Column(x, low_y, first, low)],
        "figures": [Column(rest_x, low_y, rest, figures)],
        "notes": [
            Column(rest_x + number * (notes + gap), notes_y, notes, low - figures - inset - 2 * gap)
            for number in range(2)
        ],
        "inset": (rest_x, low_y + low - inset, rest, inset),
    }


def _draw_header(
    canvas: Canvas, box: Box, page: dict[str, Any], profile: str, words: Wording
) -> None:
    x, y, width, height = box
    size = canvas.paper.letters
    number = page["map_number"]
    number_size = 5.8 * size
    text = f"{words.translate('Map number')} {number}" if number else ""
    room = max(measure_width(line, number_size) for line in (profile, text or profile))
    canvas.fill(x, y, width, height - 1.5 * size, _BLUE)
    inner = 2.5 * size
    title = str(page["title"])
    free = width - room - 4 * inner
    lines = break_lines(title, free, 12.5 * size, bold=True, max_lines=1)
    edge = canvas.find_edge(title)
    canvas.write_lines(
        x + inner + (free if edge == "end" else 0),
        y + 1.0 * size,
        lines,
        12.5 * size,
        bold=True,
        colour="#ffffff",
        align=edge,
    )
    canvas.write(
        x + width - inner, y + 1.6 * size, profile, number_size, colour="#ffffff", align="end"
    )
    subtitle_y = y + 6.8 * size
    canvas.write(x + inner, subtitle_y, page["subtitle"], 8.0 * size, colour="#ffffff")
    if text:
        canvas.write(
            x + width - inner,
            subtitle_y + 0.6 * size,
            text,
            number_size,
            colour="#ffffff",
            align="end",
        )


def _draw_headline(canvas: Canvas, box: Box, headline: dict[str, Any], words: Wording) -> None:
    x, y, width, height = box
    size = canvas.paper.letters
    figures = headline["figures"]
    cell = (23.0 if canvas.paper.is_portrait else 27.0) * size
    room = width - cell * len(figures) - (3 * size if figures else 0)
    modelled = words.translate("Modelled, not observed. Not a forecast. Not for targeting.")
    reading = " ".join(part for part in (headline["reading"], modelled) if part)
    column = Column(x, y, room, height)
    most = 5 if canvas.paper.is_portrait else 3  # for which there is room
    blocks = [
        Paragraph(str(headline["text"]), 8.4, bold=True, max_lines=most, below=0.6),
        Paragraph(reading, 6.2, colour=OTHER),
    ]
    set_columns(canvas, blocks, [column], blocks[-1])
    for number, figure in enumerate(figures):
        at = x + width - cell * (len(figures) - number)
        best, static = figure["kind"] == "best", figure["kind"] == "static"
        canvas.rule((at - size, at - size), (y + size, y + height - 2.5 * size), "#c9ced3")
        name = break_lines(figure["name"], cell - 2 * size, 5.6 * size, max_lines=2)
        canvas.write_lines(at, y + size, name, 5.6 * size, colour=OTHER)
        canvas.write(
            at,
            y + 6.6 * size,
            figure["value"],
            _fit(figure["value"], cell - 2 * size, (13.0 if best else 10.5) * size),
            bold=True,
            colour=OTHER if static else ZONE if best else INK,
        )


def _fit(text: str, room: float, size: float) -> float:
    """Return the size of bold letters, at most the one given, at which a text has room."""
    return size * min(1.0, room / measure_width(text, size, bold=True))


def list_legend(page: dict[str, Any], words: Wording) -> list[Block]:
    """Return the legend: the page's groups and entries, from the top of the map down."""
    blocks: list[Block] = [make_heading(words.translate("Legend"))]
    for group in page["groups"]:
        for layer in group["layers"]:
            alone = len(layer.legend) == 1 and not layer.legend[0].note
            if not alone:
                blocks.append(
                    Paragraph(layer.title, 6.0, bold=True, above=0.9, below=0.3, holds_next=True)
                )
                if layer.note:
                    note = Paragraph(layer.note, _SMALL, colour=OTHER, max_lines=3, holds_next=True)
                    blocks.append(note)
            blocks += [Entry(entry) for entry in layer.legend]
    return blocks


def _choose_figures(
    canvas: Canvas, run: RunData, words: Wording, columns: Sequence[Column]
) -> list[Block]:
    """Return the table of figures with names as long as there is room for."""
    for cell_lines in (3, 2, 1):
        blocks = list_figures(run, words, cell_lines)
        if fits(canvas, blocks, columns):
            break
    return blocks


def list_figures(run: RunData, words: Wording, cell_lines: int = 3) -> list[Block]:
    """Return the table of the headline's event: the zones' figures, as in `exposure.csv`."""
    zones = run.focus_zones
    if not zones:
        return []
    table = tabulate_zones(dataclasses.replace(run, zones=zones[:_MOST_ROWS]), words)
    sources = list(dict.fromkeys(row[-1] for row in table.rows))
    narrow = dataclasses.replace(
        table, columns=table.columns[:-1], rows=[row[:-1] for row in table.rows]
    )
    headline = run.headline_zone
    bold = zones.index(headline) if headline in zones[:_MOST_ROWS] else None
    blocks: list[Block] = [
        make_heading(table.caption),
        TableBlock(narrow, bold_row=bold, cell_lines=cell_lines),
    ]
    if len(zones) > _MOST_ROWS:
        more = words.translate("and {count} more zones, see exposure.csv")
        blocks.append(Paragraph(more.format(count=words.count(len(zones) - _MOST_ROWS)), _SMALL))
    source = words.translate("Population source: {source}").format(source="; ".join(sources))
    return [*blocks, Paragraph(source, _SMALL, colour=OTHER, max_lines=2)]


def list_units(run: RunData, words: Wording) -> list[Block]:
    """Return the people in each unit on the day, as in the page; none of a run with many units."""
    table = tabulate_figures(run, words)
    if not 0 < len(table.rows) <= _MOST_ROWS:
        return []
    kept = (0, 1, 3, 4, 5)  # unit, P-code, low, best, high
    narrow = dataclasses.replace(
        table,
        columns=[table.columns[index] for index in kept],
        rows=[[row[index] for index in kept] for row in table.rows],
        numeric=frozenset({2, 3, 4}),
    )
    return [make_heading(table.caption), TableBlock(narrow, size=_SMALL, cell_lines=1)]


def list_notes(
    page: dict[str, Any],
    drawings: Sequence[LayerDrawing],
    frame: Frame,
    words: Wording,
) -> list[Block]:
    """Return events beyond the map, the cautions, and the sources with licence and date."""
    _ = words.translate
    blocks: list[Block] = []
    beyond = list_beyond(drawings, frame)
    if beyond:
        text = _("Beyond the map's edge: {places}").format(places="; ".join(beyond))
        blocks.append(Paragraph(text, _SMALL, max_lines=3))
    if page["cautions"]:
        blocks.append(make_heading(_("Read this with care"), above=0.6 if blocks else 0))
        blocks += [
            Paragraph(text, _SMALL, max_lines=_NOTE_LINES)
            for caution in page["cautions"]
            for text in (caution.general, caution.text)
            if text
        ]
    blocks.append(make_heading(_("Sources"), above=0.6 if blocks else 0))
    blocks += [
        Paragraph(describe_source(source, words), _SMALL, below=0.5, max_lines=_NOTE_LINES)
        for source in page["sources"]
    ]
    return blocks


def describe_source(source: dict[str, Any], words: Wording) -> str:
    """Return a source's name, date and licence."""
    name, day = str(source["name"]), source["date"]
    licence = words.translate("Licence:")
    return f"{name}, {words.day(day)}. {licence} {source['licence']}."


def _draw_footer(canvas: Canvas, box: Box, page: dict[str, Any], words: Wording) -> None:
    _ = words.translate
    x, y, width, _height = box
    size = _SMALL * canvas.paper.letters
    canvas.rule((x, x + width), (y, y), _BLUE, 1.0)
    made = _("Drawn with civmap and matplotlib.")
    version = f"civmap {page['version']}" if page["version"] else ""
    boundaries = _(
        "The boundaries and names shown and the designations used on this map do not imply "
        "official endorsement or acceptance."
    )
    modelled = _("Modelled, not observed. Not a forecast. Not for targeting.")
    top = y + 0.8 * canvas.paper.letters
    step = line_height(size)
    canvas.write(x, top, modelled, size, bold=True)
    canvas.write(x + width, top, f"{made} {version}".strip(), size, colour=OTHER, align="end")
    canvas.write(x, top + step, boundaries, size)
    boxes = _("Boxes stand for characters that this sheet has no letters for; map.html has them.")
    room = width
    if lacks_letters(canvas.written | set(page["input_line"] or "")):
        canvas.write(x + width, top + 2 * step, boxes, size, align="end")
        room -= measure_width(boxes, size) + _GAP_MM
    if page["input_line"]:
        line = break_lines(page["input_line"], room, size, max_lines=1)
        canvas.write(x, top + 2 * step, line[0], size, colour=OTHER)
