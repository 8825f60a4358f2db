"""Start lists as timing systems and spreadsheets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain import start_list_csv
from chalicelib.event_images.domain.start_list_csv import parse_csv, parse_rows
from shared.errors import UnprocessableInput

PLAIN = "bib,name,category,team,finish time\n0042,Zoë Müller,W40,TSV Köln,3:21:09\n7,Al Bo,M,,\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_dialect_is_read_alike(encoding: str, delimiter: str, end: str) -> None:
    data = PLAIN.replace(",", delimiter).replace("\n", end).encode(encoding)
    parsed = parse_csv(data)
    assert parsed.problems == []
    first, second = parsed.runners
    assert first.model_dump() == {
        "bib": "42",
        "name": "Zoë Müller",
        "category": "W40",
        "team": "TSV Köln",
        "finish_time": "3:21:09",
    }
    assert (second.bib, second.name, second.team) == ("7", "Al Bo", None)


@pytest.mark.parametrize(
    "headings",
    [
        "Startnummer;Vorname;Nachname;Altersklasse;Verein;Zielzeit",
        "Dossard;Prénom;Nom;Catégorie;Équipe;Temps",
        "Dorsal;Nombre;Apellidos;Categoría;Club;Tiempo",
        "Pettorale;Nome;Cognome;Categoria;Società;Tempo",
        "BIB No.;First Name;Last Name;Age Group;Team;Net Time",
        "N° dossard;Prénom;Nom;Cat.;Club;Temps officiel",
        "St.-Nr.;Vorname;Name;AK;Verein;Netto-Zeit",
        "#;FIRST_NAME;LAST_NAME;DIVISION;CLUB;CHIP TIME",
        "Race number;Given name;Surname;Class;Company;Finish_Time",
    ],
)
def test_headings_are_known_in_several_languages(headings: str) -> None:
    (runner,) = parse_csv(f"{headings}\n12;Ada;Lovelace;W30;Analytical;59:59\n".encode()).runners
    assert runner.model_dump() == {
        "bib": "12",
        "name": "Ada Lovelace",
        "category": "W30",
        "team": "Analytical",
        "finish_time": "59:59",
    }


def test_titles_blank_lines_and_a_spreadsheets_hint_stand_above_the_headings() -> None:
    text = "sep=;\nCity Run 2026\n\nAs of: 3 May\nname;bib\nAda;12\n;;\n\nBo;13\n"
    assert [(r.bib, r.name) for r in parse_csv(text.encode()).runners] == [
        ("12", "Ada"),
        ("13", "Bo"),
    ]


def test_quotes_hold_delimiters_quotes_and_line_breaks() -> None:
    text = 'bib,name,team\n1,"Lovelace, Ada","The ""A"" team"\n2,"two\nlines",\n3,5\'9" tall,x\n'
    parsed = parse_csv(text.encode())
    assert [(r.bib, r.name, r.team) for r in parsed.runners] == [
        ("1", "Lovelace, Ada", 'The "A" team'),
        ("2", "two lines", None),
        ("3", "5'9\" tall", "x"),
    ]
    assert parsed.problems == []


def test_bad_rows_are_reported_by_line_and_never_repeat_what_they_say() -> None:
    rows = [
        "bib,name",
        "1,Ada",
        ",Nobody",
        "A12,Letters",
        "1234567,Seven",
        "001,Twice",
        f"5,{'x' * 121}",
        '6,"unclosed',
        "7,After it",
        "١٢,Other digits",
        "8.0,A float",
        "#9,A hash",
    ]
    parsed = parse_csv("\n".join(rows).encode())
    assert [runner.bib for runner in parsed.runners] == ["1", "7", "8", "9"]
    assert [(problem.line, problem.code) for problem in parsed.problems] == [
        (3, "no_bib"),
        (4, "bad_bib"),
        (5, "bad_bib"),
        (6, "duplicate_bib"),
        (7, "too_long"),
        (8, "unclosed_quote"),
        (10, "bad_bib"),
    ]
    said = " ".join(problem.message for problem in parsed.problems)
    assert not any(word in said for word in ("A12", "1234567", "Letters", "xxx"))
    assert "line 2" in said


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "start_list_empty"),
        (b" \r\n \n", "start_list_empty"),
        (b"bib,name\n", "start_list_empty"),
        (b"name,team\nAda,X\n", "start_list_no_bib_column"),
        (b"just some words", "start_list_no_bib_column"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "start_list_not_text"),
        (b"PK\x03\x04" + bytes(range(256)) * 4, "start_list_not_text"),
    ],
)
def test_a_file_that_is_no_start_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnprocessableInput) as caught:
        parse_csv(data)
    assert caught.value.code == code


def test_a_list_has_a_limit_of_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_list_csv, "MOST_ROWS", 3)
    assert len(parse_csv(b"bib\n1\n2\n3\n").runners) == 3
    with pytest.raises(UnprocessableInput, match="start_list_too_many_rows"):
        parse_csv(b"bib\n1\n2\n3\n4\n")
    monkeypatch.setattr(start_list_csv, "MOST_BYTES", 5)
    with pytest.raises(UnprocessableInput, match="start_list_too_large"):
        parse_csv(b"bib\n1\n2\n")


def test_json_rows_take_the_same_headings() -> None:
    parsed = parse_rows([{"bib": 12, "name": "Ada"}, {"bib": "x"}, {"name": "none", "bib": None}])
    assert [(r.bib, r.name) for r in parsed.runners] == [("12", "Ada")]
    assert [(p.line, p.code) for p in parsed.problems] == [(2, "bad_bib"), (3, "no_bib")]


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(data: bytes) -> None:
    try:
        parsed = parse_csv(b"bib,name\n1,a\n" + data)
    except UnprocessableInput:
        return
    bibs = [runner.bib for runner in parsed.runners]
    assert len(set(bibs)) == len(bibs)
