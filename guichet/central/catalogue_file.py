"""The catalogue of a préfecture, its sites and its démarches, as a TOML file says it."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from guichet.domain.model import Procedure, Site
from guichet.domain.tickets import UNKNOWN_LANE
from guichet.domain.turn import TurnRules
from guichet.errors import ConfigError
from guichet.i18n import _

_SHOWN = 60
"""Characters of a wrong value that are told."""

_KEYS = {"sites": "number", "procedures": "code"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Sites by number; démarches, the same at all of them, by lane and code."""

    sites: tuple[Site, ...]
    procedures: tuple[Procedure, ...]


class Reason(StrEnum):
    """Why a catalogue is not taken."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    """There is no such field."""
    VALUE = "value"
    TWICE = "twice"
    USED = "used"
    """It is not in the file any more, and is needed: `value` names the tables that need it."""
    ZONE = "zone"
    """The site's hours were made into slots in the time zone it has."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One thing wrong: of which entry, the `place`th of its `kind` in the file, and which field.

    `kind` is "sites", "procedures" or another word that stands there; `key` the entry's number or
    code if it is readable; `place` is 0 for what is of no entry, or not in the file; `value` what
    stands there, as JSON and cut short, empty for a list or a table.
    """

    kind: str
    key: str
    place: int
    field: str
    reason: Reason
    value: str = ""


def read(path: Path) -> Catalogue | list[Bad]:
    """The catalogue of a TOML file, or everything that is wrong with it.

    Raises ConfigError when it cannot be opened, or is no TOML in UTF-8 at all.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        message = _("Le fichier {path} n’est pas du TOML lisible ({why})\u00a0: corrigez-le.")
        raise ConfigError(message.format(path=path, why=error)) from error
    except OSError as error:
        message = _("{file} ne peut pas être ouvert\u00a0: vérifiez son nom, et qui peut le lire.")
        raise ConfigError(message.format(file=path)) from error
    except UnicodeDecodeError as error:
        message = _("{file} ne peut pas être lu\u00a0: il faut un fichier TOML en UTF-8.")
        raise ConfigError(message.format(file=path)) from error
    twice = [bad for kind in _KEYS for bad in _twice(table, kind)]
    try:
        made = _File.model_validate(table).model_dump()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        bad = [_bad(table, each["loc"], each["type"], each["input"]) for each in found]
        return sorted(
            [*bad, *twice], key=lambda each: ([*_KEYS, each.kind].index(each.kind), each.place)
        )
    return twice or ordered(msgspec.convert(made, Catalogue))


def to_toml(catalogue: Catalogue) -> str:
    """The catalogue as `read` reads it, every field said."""
    table = {
        kind: [
            {name: value for name, value in entry.items() if value is not None} for entry in entries
        ]
        for kind, entries in msgspec.to_builtins(catalogue).items()
    }
    return tomli_w.dumps(table, multiline_strings=True, indent=2)


def ordered(catalogue: Catalogue) -> Catalogue:
    """The same catalogue in its order."""
    sites = sorted(catalogue.sites, key=lambda site: site.number)
    procedures = sorted(catalogue.procedures, key=lambda each: (each.lane, each.code))
    return Catalogue(tuple(sites), tuple(procedures))


_TURNS = TurnRules()
_LINE = r"[^\p{C}\p{Zl}\p{Zp}]"
"""What may stand in a line that is shown and printed: nothing that cannot be seen."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(name)
    return name


def _lane(letter: str) -> str:
    if letter == UNKNOWN_LANE:  # of those of whom it is not known what they come for
        raise ValueError(letter)
    return letter


def _text(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, pattern=f"^{_LINE}+$", max_length=longest)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Turns(_Entry):
    walk_in: int = Field(default=_TURNS.walk_in, ge=0, le=480)
    priority: int = Field(default=_TURNS.priority, ge=0, le=1440)
    missed: int = Field(default=_TURNS.missed, ge=0, le=240)
    calls: int = Field(default=_TURNS.calls, ge=0, le=20)


class _Site(_Entry):
    number: int = Field(ge=1, le=65_535)
    name: Annotated[str, _text(100)]
    address: Annotated[
        str,
        StringConstraints(strip_whitespace=True, pattern=f"^({_LINE}|\n)+$", max_length=300),
    ]
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Paris"
    early_minutes: int = Field(ge=0, le=240)
    late_minutes: int = Field(ge=0, le=240)
    closes: Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = (
        None
    )
    tension: int = Field(default=45, ge=5, le=480)
    turns: _Turns = _Turns()


class _Procedure(_Entry):
    code: Annotated[str, StringConstraints(pattern="^[A-Z0-9]{1,12}$")]
    label: Annotated[str, _text(100)]
    family: Annotated[str, StringConstraints(pattern="^[a-z0-9_]{1,30}$")]
    minutes: int = Field(ge=1, le=480)
    lane: Annotated[str, StringConstraints(pattern="^[A-Z]$"), AfterValidator(_lane)]
    number_required: bool
    channel_note: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=f"^{_LINE}*$", max_length=200)
    ] = ""
    documents: list[Annotated[str, _text(200)]] = Field(max_length=40)
    renewal: bool = False


class _File(_Entry):
    sites: list[_Site] = Field(min_length=1)
    procedures: list[_Procedure] = Field(min_length=1)


def _entries(table: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The entries of a kind as they stand, an empty one for what is none."""
    found = table.get(kind)
    rows = found if isinstance(found, list) else []
    return [each if isinstance(each, dict) else {} for each in rows]


def _key(entry: Mapping[str, Any], kind: str) -> str:
    key = entry.get(_KEYS[kind])
    return str(key) if isinstance(key, int | str) else ""


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _twice(table: Mapping[str, Any], kind: str) -> Iterable[Bad]:
    """Entries whose key an earlier one has, and documents that stand twice in one list."""
    keys: set[str] = set()
    for place, entry in enumerate(_entries(table, kind), 1):
        key = _key(entry, kind)
        if key and key in keys:
            yield Bad(kind, key, place, _KEYS[kind], Reason.TWICE, _shown(entry[_KEYS[kind]]))
        keys.add(key)
        documents = entry.get("documents")
        if isinstance(documents, list):
            seen: list[Any] = []
            for each in documents:
                if each in seen:
                    yield Bad(kind, key, place, "documents", Reason.TWICE, _shown(each))
                seen.append(each)


def _bad(table: Mapping[str, Any], where: Sequence[int | str], fault: str, value: object) -> Bad:
    """What pydantic found wrong, `where` being its path in the file."""
    kind, *rest = where
    place = rest[0] + 1 if rest and isinstance(rest[0], int) else 0
    key = _key(_entries(table, str(kind))[place - 1], str(kind)) if place else ""
    field = ".".join(name for name in rest if isinstance(name, str))
    reasons = {"missing": Reason.MISSING, "extra_forbidden": Reason.UNKNOWN}
    reason = reasons.get(fault, Reason.VALUE)
    shown = "" if reason is not Reason.VALUE or isinstance(value, list | dict) else _shown(value)
    return Bad(str(kind), key, place, field, reason, shown)
