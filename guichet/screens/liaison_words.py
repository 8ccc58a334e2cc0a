"""What is said of the link with central, on the screen and by the commands."""

from collections.abc import Callable
from datetime import datetime

from guichet.i18n import _, ngettext
from guichet.screens.words import OPERATIONS
from guichet.station.liaison import Exchange, Facts, Standing
from guichet.widgets.level import Level

STANDINGS: dict[Standing, tuple[Level, str, str]] = {
    Standing.IN_STEP: ("ok", _("✓ à jour"), ""),
    Standing.BEHIND: ("info", _("↑ échange en cours"), ""),
    Standing.OFFLINE: (
        "warn",
        _("! hors ligne"),
        _("Le travail continue sur ce poste et partira dès le retour de la centrale."),
    ),
    Standing.CONFUSED: (
        "warn",
        _("! échange impossible"),
        _("Le travail continue. Si cela dure, prévenez le support."),
    ),
    Standing.TO_SETTLE: (
        "bad",
        _("✗ à régler"),
        _("La centrale a refusé des opérations\u00a0: F8 dit lesquelles et pourquoi."),
    ),
    Standing.REJECTED: (
        "bad",
        _("✗ poste refusé"),
        _(
            "Rien de ce qui attend n’est perdu. Demandez un code, puis "
            "«\u00a0guichet enrol ADRESSE\u00a0»."
        ),
    ),
    Standing.TOO_OLD: (
        "bad",
        _("✗ version trop ancienne"),
        _("Mettez guichet à jour\u202f; d’ici là, le travail continue hors connexion."),
    ),
    Standing.LOCKED: (
        "bad",
        _("✗ poste verrouillé"),
        _("La centrale n’a pas été jointe depuis longtemps. Reconnectez ce poste au réseau."),
    ),
    Standing.REVOKED: (
        "bad",
        _("✗ poste retiré"),
        _(
            "Les données des personnes ont été effacées d’ici. Ce qui n’est pas parti est "
            "gardé\u00a0: «\u00a0guichet outbox export FICHIER\u00a0»."
        ),
    ),
}
"""For each standing: its level, its sign and words, and what it means for the agent."""

PROBLEMS: dict[str, str] = {
    "": _("bien passé"),
    "unavailable": _("centrale injoignable"),
    "protocol": _("réponse incomprise"),
    "database": _("base locale en panne"),
    "device_revoked": _("poste retiré"),
    "device_unknown": _("poste inconnu"),
    "device_expired": _("poste resté trop longtemps muet"),
    "protocol_too_old": _("version trop ancienne"),
    "cursor_unknown": _("centrale restaurée"),
}
"""How an exchange went, by its reason code."""

OUTBOX_STATES: dict[str, str] = {
    "pending": _("en attente"),
    "refused": _("refusée"),
    "quarantined": _("illisible pour la centrale"),
    "flagged": _("enregistrée, à lire"),
}


def facts_lines(facts: Facts, local: Callable[[datetime], datetime]) -> list[tuple[str, str]]:
    """The facts as lines « quoi : valeur »; `local` gives a moment as it is to be shown."""
    _level, words, meaning = STANDINGS[facts.standing]
    lines = [(_("état"), words)]
    if meaning:
        lines.append((_("ce que cela veut dire"), meaning))
    if facts.message and facts.standing in (Standing.CONFUSED, Standing.REJECTED):
        lines.append((_("réponse"), facts.message))
    if facts.heard_at:
        lines.append((_("centrale entendue"), moment(local(facts.heard_at))))
    lines += [(_("en attente"), line) for line in waiting_lines(facts, local)]
    if facts.clock_wrong:
        lines.append((_("horloge"), clock_line(facts.skew or 0.0)))
    if facts.locks_at and facts.standing is not Standing.IN_STEP:
        lines.append((_("verrouillage sans centrale"), moment(local(facts.locks_at))))
    return lines


def waiting_lines(facts: Facts, local: Callable[[datetime], datetime]) -> list[str]:
    """What waits, one line for each kind."""
    return [
        _("{n} × {what}, {state}, depuis le {when}").format(
            n=each.count,
            what=OPERATIONS.get(each.kind, each.kind),
            state=OUTBOX_STATES[each.state],
            when=moment(local(each.oldest)),
        )
        for each in facts.waiting
    ]


def clock_line(skew: float) -> str:
    """What to do about a wrong clock; seconds ahead of central."""
    minutes = max(1, round(abs(skew) / 60))
    ahead = ngettext("{n} minute d’avance", "{n} minutes d’avance", minutes)
    late = ngettext("{n} minute de retard", "{n} minutes de retard", minutes)
    return _(
        "! {off} sur la centrale. Réglez l’heure de cet ordinateur (réglage automatique)."
    ).format(off=(ahead if skew > 0 else late).format(n=minutes))


def exchange_line(each: Exchange, at: datetime) -> str:
    """One exchange; `at` as it is to be shown."""
    told = [PROBLEMS.get(each.problem, each.problem)]
    if each.times > 1:
        told.append(_("{n} fois de suite").format(n=each.times))
    if each.pushed:
        told.append(ngettext("{n} envoyée", "{n} envoyées", each.pushed).format(n=each.pushed))
    if each.refused:
        told.append(
            ngettext("dont {n} refusée", "dont {n} refusées", each.refused).format(n=each.refused)
        )
    if each.pulled:
        told.append(ngettext("{n} reçue", "{n} reçues", each.pulled).format(n=each.pulled))
    sign = "✗" if each.problem else "✓"
    return f"{moment(at)}  {sign} {', '.join(told)}  ({each.ms} ms)"


def moment(at: datetime) -> str:
    """A moment, to the minute."""
    return f"{at:%d/%m %H:%M}"
