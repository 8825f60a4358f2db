"""A start list as people have it: a CSV of any usual dialect, to runners and bad rows.

Files come from timing systems and spreadsheets: with commas, semicolons, tabs or bars, in UTF-8,
UTF-16 or a Windows encoding, with headings in several languages and titles above them. One bad
row never costs the good ones.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.domain.start_list_headings import Columns, columns_of
from chalicelib.event_images.models.people import MOST_FIELD, RowProblem, Runner
from shared.errors import UnprocessableInput

MOST_ROWS = 100_000
MOST_BYTES = 25_000_000
# Titles and dates that some systems write above the headings.
LINES_ABOVE = 10
# A name with line breaks in it has few of them; more is a quote that nobody closed.
MOST_LINES_OF_A_ROW = 6
MOST_LINE = 20_000

_DELIMITERS = (",", ";", "\t", "|")
_BIB = re.compile(r"#?\s*([0-9]{1,6})(?:[.,]0+)?")
_WORDS = {
    "name": "name",
    "category": "category",
    "team": "team",
    "finish_time": "finish time",
}


@dataclass
class Parsed:
    """The good rows and the bad ones of a list, in its order."""

    runners: list[Runner] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def parse_csv(data: bytes) -> Parsed:
    """The runners of a CSV.

    Raises:
        UnprocessableInput: the file as a whole cannot be used: ``start_list_empty``,
            ``start_list_not_text``, ``start_list_too_large``, ``start_list_no_bib_column``,
            ``start_list_too_many_rows``.
    """
    if len(data) > MOST_BYTES:
        raise UnprocessableInput(
            "start_list_too_large", f"A start list has at most {MOST_BYTES} bytes."
        )
    lines = decode(data).splitlines()
    first, delimiter, columns = _headings(lines)
    return _gather(_records(lines, first, delimiter), columns)


def parse_rows(rows: Sequence[dict[str, str | int | None]]) -> Parsed:
    """The runners of a JSON list, whose names of fields are headings. UnprocessableInput."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = columns_of(names)
    if columns is None:
        raise _no_bib_column()
    cells = ([_text(row.get(name)) for name in names] for row in rows)
    return _gather(((line, row) for line, row in enumerate(cells, 1)), columns)


def decode(data: bytes) -> str:
    """The text of a file whose encoding nobody told. UnprocessableInput."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _checked(data, encoding)
    sample = data[:2000]
    if sample.count(0) > len(sample) // 4:
        # Every other byte of plain letters in UTF-16 is zero: the second, or the first.
        little = sample[1::2].count(0) > sample[::2].count(0)
        return _checked(data, "utf-16-le" if little else "utf-16-be")
    try:
        return _checked(data, "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return _checked(data, "cp1252")
    except UnicodeDecodeError:
        return _checked(data, "latin-1")


def _checked(data: bytes, encoding: str) -> str:
    errors = "replace" if encoding.startswith("utf-16") else "strict"
    text = data.decode(encoding, errors)
    if "\0" in text:
        raise UnprocessableInput("start_list_not_text", "The file is not a text of any kind.")
    if not text.strip():
        raise UnprocessableInput("start_list_empty", "The start list is empty.")
    return text


def _headings(lines: Sequence[str]) -> tuple[int, str, Columns]:
    """Where the rows begin, what stands between cells, and which column is which."""
    seen = 0
    for at, line in enumerate(lines):
        # A spreadsheet's own hint.
        if not line.strip() or line.strip().lower().startswith("sep="):
            continue
        seen += 1
        if seen > LINES_ABOVE:
            break
        best: tuple[int, str, Columns] | None = None
        for delimiter in _DELIMITERS:
            columns = columns_of(_cells(line[:MOST_LINE], delimiter))
            if columns is not None and (best is None or len(columns) > len(best[2])):
                best = (at + 1, delimiter, columns)
        if best is not None:
            return best
    raise _no_bib_column()


def _no_bib_column() -> UnprocessableInput:
    return UnprocessableInput(
        "start_list_no_bib_column",
        "No column is headed as the bib number, such as bib, number, Startnummer or dossard.",
    )


def _records(
    lines: Sequence[str], first: int, delimiter: str
) -> Iterator[tuple[int, list[str] | RowProblem]]:
    opening = re.compile(rf'(?:^|{re.escape(delimiter)})[ ]*"')
    at = first
    while at < len(lines):
        number, text = at + 1, lines[at]
        at += 1
        if '"' in text and opening.search(text):
            end = at
            whole = text
            while whole.count('"') % 2 and end < min(len(lines), number + MOST_LINES_OF_A_ROW):
                whole = f"{whole}\n{lines[end]}"
                end += 1
            if whole.count('"') % 2:
                yield number, _problem(number, "unclosed_quote", "A quotation mark is not closed.")
                continue
            text, at = whole, end
        if len(text) > MOST_LINE:
            yield number, _problem(number, "row_too_long", f"Over {MOST_LINE} characters.")
        else:
            yield number, _cells(text, delimiter)


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    # The lines are whole rows here, so a break inside is one of a quoted cell.
    try:
        rows = list(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return text.split(delimiter)
    return rows[0] if rows else []


def _gather(records: Iterator[tuple[int, list[str] | RowProblem]], columns: Columns) -> Parsed:
    parsed = Parsed()
    lines: dict[str, int] = {}
    for number, cells in records:
        if isinstance(cells, RowProblem):
            parsed.problems.append(cells)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        runner = _runner(number, cells, columns)
        if isinstance(runner, RowProblem):
            parsed.problems.append(runner)
        elif runner.bib in lines:
            message = f"This bib is in line {lines[runner.bib]} already, which stays."
            parsed.problems.append(_problem(number, "duplicate_bib", message))
        else:
            lines[runner.bib] = number
            parsed.runners.append(runner)
        if len(parsed.runners) + len(parsed.problems) > MOST_ROWS:
            raise UnprocessableInput(
                "start_list_too_many_rows", f"A start list has at most {MOST_ROWS} rows."
            )
    if not parsed.runners and not parsed.problems:
        raise UnprocessableInput("start_list_empty", "The start list has headings and no rows.")
    return parsed


def _runner(number: int, cells: Sequence[str], columns: Columns) -> Runner | RowProblem:
    bib = columns.text(cells, "bib")
    if not bib:
        return _problem(number, "no_bib", "The row has no bib.")
    found = _BIB.fullmatch(bib)
    if not found or not bib.isascii():
        return _problem(number, "bad_bib", "A bib has 1 to 6 digits and nothing else.")
    values: dict[str, str | None] = {}
    for name, words in _WORDS.items():
        value = columns.text(cells, name)
        if len(value) > MOST_FIELD:
            return _problem(
                number, "too_long", f"The {words} is over {MOST_FIELD} characters long."
            )
        values[name] = value or None
    return Runner(bib=normal_bib(found[1]), **values)


def _problem(number: int, code: str, message: str) -> RowProblem:
    return RowProblem(line=number, code=code, message=message)


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)
