"""A préfecture's own sites and démarches, from a file into central and back."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guichet.cli_central import central
from guichet.cli_help import Commands
from guichet.cli_server import created, where
from guichet.errors import ConfigError
from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.central.catalogue import Change
    from guichet.central.catalogue_file import Bad

_FILE = click.Path(dir_okay=False, readable=False, path_type=Path)  # read() says it better

_LINE = _("un texte d’une ligne, {n} caractères au plus")
_MINUTES = _("un nombre entier de minutes, de {first} à {last}")
_YES_OR_NO = _("true ou false, sans guillemets")

EXPECTED = {
    "sites": {
        "": _("au moins un [[sites]]"),
        "number": _("un nombre entier de 1 à 65535, sans guillemets"),
        "name": _LINE.format(n=100),
        "address": _("un texte de 300 caractères au plus"),
        "time_zone": _('un fuseau horaire, par exemple "Europe/Paris" ou "America/Cayenne"'),
        "early_minutes": _MINUTES.format(first=0, last=240),
        "late_minutes": _MINUTES.format(first=0, last=240),
        "closes": _('une heure entre guillemets, par exemple "17:30"'),
        "tension": _MINUTES.format(first=5, last=480),
        "turns": _("un tableau [sites.turns]"),
        "turns.walk_in": _MINUTES.format(first=0, last=480),
        "turns.priority": _MINUTES.format(first=0, last=1440),
        "turns.missed": _MINUTES.format(first=0, last=240),
        "turns.calls": _("un nombre entier d’appels, de 0 à 20"),
    },
    "procedures": {
        "": _("au moins un [[procedures]]"),
        "code": _('de 1 à 12 lettres majuscules sans accent et chiffres, par exemple "RENO"'),
        "label": _LINE.format(n=100),
        "family": _('un mot en minuscules sans accent, par exemple "sejour"'),
        "minutes": _MINUTES.format(first=1, last=480),
        "lane": _('une lettre majuscule autre que X, par exemple "B"'),
        "number_required": _YES_OR_NO,
        "channel_note": _LINE.format(n=200),
        "documents": _("une liste de 40 textes au plus, d’une ligne et de 200 caractères au plus"),
        "renewal": _YES_OR_NO,
    },
}
"""What each field of the file takes."""

_USERS = {
    "agent": _("des agents"),
    "appointment": _("des rendez-vous"),
    "competence": _("le tableau des communes"),
    "demand": _("des demandes en attente"),
    "desk": _("des guichets"),
    "opening": _("des ouvertures"),
    "person": _("des personnes"),
    "slot": _("des créneaux"),
    "station": _("des postes"),
    "visit": _("des passages"),
}
"""What may need a site or a démarche, by its table; of the others no word is said when one does."""


@central.group(cls=Commands, subcommand_metavar="COMMANDE")
def catalogue() -> None:
    """Entrer ou montrer les sites et les démarches."""


@catalogue.command()
@where
def export(folder: Path | None, database: str | None) -> None:
    """Écrire le catalogue présent, en TOML.

    Pour partir de lui : guichet central catalogue export > catalogue.toml
    """
    from guichet.central.catalogue import present
    from guichet.central.catalogue_file import to_toml
    from guichet.store.engine import reading

    with reading(created(folder, database)) as connection:
        text = to_toml(present(connection))
    click.echo(text.encode(), nl=False)  # in UTF-8, whatever the terminal speaks


@catalogue.command("import")
@click.argument("file", metavar="FICHIER.toml", type=_FILE)
@click.option("--check", is_flag=True, help=_("Dire ce qui changerait, sans rien changer."))
@click.option("--json", "as_json", is_flag=True, help=_("Réponse en JSON."))
@where
def import_(
    file: Path, folder: Path | None, database: str | None, *, check: bool, as_json: bool
) -> int:
    """Remplacer les sites et les démarches par ceux d’un fichier.

    Tout, ou rien s’il y a une faute. Ce que le fichier ne dit pas prend sa valeur par défaut, et
    ce qui n’y est plus est retiré si rien n’en dépend. Les postes le savent aussitôt.
    """
    from guichet.central.catalogue import Change, replace
    from guichet.central.catalogue_file import Bad, Catalogue, read

    engine = created(folder, database)
    found = read(file)
    done = replace(engine, found, check=check) if isinstance(found, Catalogue) else found
    changes = [each for each in done if isinstance(each, Change)]
    bad = [each for each in done if isinstance(each, Bad)]
    if as_json:
        facts = {"imported": not (bad or check), "changes": changes, "bad": bad}
        click.echo(json.dumps(facts, default=asdict, ensure_ascii=False))
        return int(bool(bad))
    for each in bad:
        click.echo(_fault(each), err=True)
    if bad:
        raise ConfigError(_("Rien n’a été importé\u00a0: corrigez cela, puis recommencez."))
    for line in (line for each in changes for line in _lines(each)):
        click.echo(line)
    if not changes:
        click.echo(_("Rien ne change\u00a0: la centrale a déjà ce catalogue."))
    elif check:
        click.echo(_("Rien n’a été importé\u00a0: c’était un essai (--check)."))
    return 0


def _named(kind: str, key: str) -> str:
    if kind.startswith("site"):
        return _("Site {key}").format(key=key or _("sans numéro"))
    return _("Démarche {key}").format(key=key or _("sans code"))


def _fault(bad: "Bad") -> str:
    """What is wrong, and what to do."""
    if bad.kind not in EXPECTED:
        return _(
            "«\u00a0{kind}\u00a0» n’existe pas\u00a0: il y a des [[sites]] et des [[procedures]]."
        ).format(kind=bad.kind)
    fields = EXPECTED[bad.kind]
    who = _named(bad.kind, bad.key) if bad.place or bad.key else _("Le fichier")
    if bad.place:
        who = _("{who} (le n°\u00a0{place} du fichier)").format(who=who, place=bad.place)
    field = bad.field or f"[[{bad.kind}]]"
    words = {
        "missing": _("{who}, {field}\u00a0: cela manque, mettez {expected}."),
        "unknown": _("{who}\u00a0: le champ {field} n’existe pas\u202f; il y a {fields}."),
        "value": _("{who}, {field}\u00a0: {value} ne va pas, mettez {expected}."),
        "twice": _("{who}, {field}\u00a0: {value} y est déjà, gardez-en un seul."),
        "zone": _(
            "{who}, {field}\u00a0: des créneaux sont déjà faits à l’heure de son fuseau d’avant, "
            "remettez celui-ci."
        ),
        "used": _(
            "{who}\u00a0: cela n’est plus dans le fichier, mais sert encore\u00a0: {users}. "
            "Remettez-le\u202f; pour n’y plus donner de rendez-vous, changez ses ouvertures "
            "(guichet openings add --rule RÈGLE …)."
        ),
    }
    return words[bad.reason].format(
        who=who,
        field=field,
        value=bad.value or _("cela"),
        expected=fields.get(bad.field, ""),
        fields=", ".join(name for name in fields if name),
        users=", ".join(_users(bad.value)),
    )


def _users(tables: str) -> list[str]:
    known = [_USERS[name] for name in tables.split(",") if name in _USERS]
    return known or [_("d’autres données")]


def _lines(change: "Change") -> Iterator[str]:
    """What changes, a line for each field."""
    who = _named(change.kind, change.key)
    whole = {"new": _("{who}\u00a0: ajout"), "gone": _("{who}\u00a0: retrait")}
    if change.how in whole:
        yield whole[change.how].format(who=who)
    for field, (before, after) in change.fields.items():
        yield f"{who}, {field}\u00a0: {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    """A value as the file says it."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False)
