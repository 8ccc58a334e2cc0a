"""What is said on paper, in French and in the person's language.

French comes first and complete, for it alone has legal value. Another language is printed beside it
where it has words of its own, proofread by a native speaker: phrases/fr.toml says how to add one.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PHRASES = Path(__file__).parent / "phrases"

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "prs", "ps", "sd", "ug", "ur", "yi"})
_CODE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language (ISO 639 code).

    `texts` by "table.key", the keys of French or some of them; `documents` by their French name.
    """

    language: str
    texts: Mapping[str, str]
    documents: Mapping[str, str] = field(default_factory=dict)

    @property
    def right_to_left(self) -> bool:
        """The direction of the language's writing."""
        return self.language in _RIGHT_TO_LEFT

    def say(self, key: str, **values: object) -> str | None:
        """The phrase with its blanks filled in, or None when it is not translated."""
        text = self.texts.get(key)
        return None if text is None else text.format(**values)


@functools.cache
def french() -> Phrases:
    """Every phrase there is."""
    tables = tomllib.loads((PHRASES / "fr.toml").read_text("utf-8"))
    return Phrases("fr", _flat(tables))


def in_french(key: str, **values: object) -> str:
    """The French phrase with its blanks filled in. Raises KeyError for a key there is not."""
    return french().texts[key].format(**values)


def second(language: str, folder: Path = PHRASES) -> Phrases | None:
    """What is printed beside the French; None for French, and without a proofread translation.

    A translation that nobody is named for (table ``review``) is not printed: machine text must not
    pass for official.
    """
    if language == "fr" or not _CODE.fullmatch(language):
        return None
    try:
        tables = tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
    except FileNotFoundError:
        return None
    review = tables.pop("review", {})
    documents = tables.pop("documents", {})
    if not (review.get("by") and review.get("on")):
        return None
    return Phrases(language, _flat(tables), documents)


def _flat(tables: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()
    }
