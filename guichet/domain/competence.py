"""Which site is competent for whom lives in a commune: information, never a refusal.

Competence follows the commune of residence and may differ by démarche; the matrix is each
préfecture's own data.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guichet.domain.model import Competence
from guichet.domain.names import search_words

# Corsica is 2A and 2B: 20 begins its postal codes only.
_CODE = re.compile(
    "(?:0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])[0-9]{3}|(?:97[1-8]|98[0-9])[0-9]{2}"
)
_ARTICLES = frozenset({"L", "LA", "LE", "LES"})
_LONG = {"ST": "SAINT", "STE": "SAINTE"}


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune by its INSEE code."""

    code: str
    name: str


def is_commune_code(text: str) -> bool:
    """Whether `text` has the form of an INSEE commune code, which is not a postal code."""
    return _CODE.fullmatch(text) is not None


def site_for(competences: Iterable[Competence], commune: str, procedure: str) -> Competence | None:
    """The row that holds for a commune (INSEE code) and a démarche; None when nothing is known.

    A row of the démarche itself beats the commune's row for all of them.
    """
    found: Competence | None = None
    for row in competences:
        if row.commune == commune and row.procedure in (procedure, ""):
            if row.procedure:
                return row
            found = row
    return found


def find_communes(competences: Iterable[Competence], text: str) -> list[Commune]:
    """The communes whose name begins with what is typed, by name; none for an empty text.

    Case, accents, hyphens and a first article do not matter; "St" is "Saint".
    """
    typed = _folded(text)
    return [c for c in _communes(competences) if typed and _folded(c.name).startswith(typed)]


def completed(competences: Iterable[Competence], text: str) -> str | None:
    """The name of the first commune that continues what is typed, letter for letter.

    Only case and accents may differ, so that the rest of it can be shown behind the caret.
    """
    typed = _folded(text)
    names = (commune.name for commune in find_communes(competences, text))
    return next((name for name in names if _folded(name[: len(text)]) == typed), None)


def commune_named(competences: Iterable[Competence], text: str) -> Commune | None:
    """The one commune meant by the name in a person's file; None when it may be another.

    The whole name, or its first whole words when only one commune begins with them: "Livry" is
    Livry-Gargan, "Noisy" is nobody's.
    """
    typed = _folded(text)
    if not typed:
        return None
    known = [(commune, _folded(commune.name)) for commune in _communes(competences)]
    exact = [commune for commune, name in known if name == typed]
    found = exact or [commune for commune, name in known if name.startswith(f"{typed} ")]
    return found[0] if len(found) == 1 else None


def elsewhere(
    competences: Iterable[Competence], commune: str, procedures: Iterable[str], site: int
) -> dict[str, Competence]:
    """For each démarche of which another site than `site` is competent, the row that says so.

    `commune` is a name as files hold it. Nothing is said of a commune or démarche unknown here.
    """
    rows = list(competences)
    named = commune_named(rows, commune)
    if named is None:
        return {}
    found = {code: site_for(rows, named.code, code) for code in procedures}
    return {code: row for code, row in found.items() if row is not None and row.site != site}


def _communes(competences: Iterable[Competence]) -> list[Commune]:
    names = {row.commune: row.name for row in competences}
    return sorted(
        (Commune(code, name) for code, name in names.items()),
        key=lambda commune: (_folded(commune.name), commune.code),
    )


def _folded(name: str) -> str:
    words = [_LONG.get(word, word) for word in search_words(name)]
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)
