"""Which column of a start list is which, by its heading, in the languages of many races."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

# As `plain` leaves them: without accents, case, spaces and punctuation. Where a list has several
# that fit, the one that stands first here counts.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "bib": (
        *("bib", "bibno", "bibnr", "bibnumber", "bibnum", "racenumber", "raceno", "startnumber"),
        *("startno", "startnr", "startnummer", "stnr", "stnummer", "rueckennummer"),
        *(
            "ruckennummer",
            "dossard",
            "numerodossard",
            "ndossard",
            "nodossard",
            "dorsal",
            "dorsales",
        ),
        *("numerodorsal", "ndorsal", "pettorale", "numeropettorale", "npett", "pett"),
        *("numerodepeito", "peito", "dorsalnumero", "nrdorsal", "rugnummer", "borstnummer"),
        *("startnummern", "nummerlapp", "kilpailunumero", "rintanumero", "startovnicislo"),
        *("startovneicislo", "numerstartowy", "nrstartowy", "rajtszam", "number", "numero"),
        *("nummer", "num", "nr", "no", "stno"),
    ),
    "name": (
        *("name", "fullname", "runner", "runnername", "athlete", "athletename", "participant"),
        *("participantname", "teilnehmer", "nachnamevorname", "namevorname", "vornamename"),
        *("vornamenachname", "nomprenom", "prenomnom", "nomcomplet", "coureur", "nombrecompleto"),
        *("nombreyapellidos", "apellidosynombre", "corredor", "atleta", "cognomenome"),
        *("nomecognome", "nominativo", "nomecompleto", "naam", "navn", "namn", "nimi", "nev"),
        *("jmeno", "imieinazwisko", "nazwiskoiimie"),
    ),
    "first": (
        *("firstname", "givenname", "forename", "vorname", "prenom", "nombre", "nome", "voornaam"),
        *("fornavn", "fornamn", "etunimi", "imie", "keresztnev"),
    ),
    "last": (
        *("lastname", "surname", "familyname", "nachname", "familienname", "nom", "nomdefamille"),
        *("apellido", "apellidos", "cognome", "sobrenome", "apelido", "achternaam", "etternavn"),
        *("efternavn", "efternamn", "sukunimi", "nazwisko", "prijmeni", "vezeteknev"),
    ),
    "category": (
        *("category", "cat", "agegroup", "division", "class", "kategorie", "altersklasse", "ak"),
        *("klasse", "categorie", "categ", "categoria", "klass", "sarja", "kategoria", "race"),
        *("event", "distance", "wettbewerb", "strecke", "course", "epreuve"),
    ),
    "team": (
        *("team", "teamname", "club", "clubname", "verein", "mannschaft", "equipe", "clubequipe"),
        *("equipo", "clubequipo", "squadra", "societa", "ploeg", "vereniging", "klub", "lag"),
        *("seura", "druzyna", "oddil", "organisation", "organization", "company", "firma"),
    ),
    "finish_time": (
        *("finishtime", "nettime", "chiptime", "officialtime", "finaltime", "time", "guntime"),
        *("result", "zielzeit", "nettozeit", "zeit", "endzeit", "bruttozeit", "tempsofficiel"),
        *("tempsreel", "temps", "tiempooficial", "tiempo", "tempoufficiale", "realtime", "tempo"),
        *("tijd", "eindtijd", "tid", "sluttid", "aika", "czas", "czasnetto", "cas", "ido"),
    ),
}


class Columns:
    """The columns that were recognised; ``len`` is how many."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = dict(places)

    def __len__(self) -> int:
        return len(self._places)

    def text(self, cells: Sequence[str], name: str) -> str:
        """A row's value: one line without outer spaces; empty where there is none."""
        if name == "name" and "name" not in self._places:
            both = (self.text(cells, "first"), self.text(cells, "last"))
            return " ".join(part for part in both if part)
        at = self._places.get(name)
        if at is None or at >= len(cells):
            return ""
        cell = cells[at]
        if not cell.isprintable():
            cell = "".join(c if c.isprintable() else " " for c in cell)
        if not cell.isascii():
            cell = unicodedata.normalize("NFC", cell)
        return " ".join(cell.split())


def columns_of(headings: Sequence[str]) -> Columns | None:
    """The columns that headings name; None if none of them is the bib's."""
    names = [plain(heading) for heading in headings]
    places: dict[str, int] = {}
    for column, known in _HEADINGS.items():
        found = [(known.index(name), at) for at, name in enumerate(names) if name in known]
        if found:
            places[column] = min(found)[1]
    if "name" in places and "first" in places and "last" not in places:
        # "Name, Vorname": the plain one is the family's.
        places["last"] = places.pop("name")
    return Columns(places) if "bib" in places else None


def plain(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation: ``N° Dossard`` is ``nodossard``."""
    spelled = unicodedata.normalize("NFKD", heading.replace("°", "o").replace("º", "o"))
    spelled = spelled.replace("#", "no").replace("ł", "l").replace("ß", "ss")
    return re.sub(r"[^a-z0-9]", "", spelled.casefold())
