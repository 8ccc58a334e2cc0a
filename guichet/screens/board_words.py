"""The board in words: two lines, and a third when something remains of the days before."""

from collections.abc import Callable
from datetime import datetime, timedelta

from textual.content import Content

from guichet.domain.board import Board
from guichet.i18n import _, ngettext
from guichet.screens.day_table import waited

_MINUTE = timedelta(minutes=1)


def board_lines(board: Board, local: Callable[[datetime], datetime]) -> Content:
    """Who waits and how fast it goes, then the tension with its rule, then what remains."""
    lines = [Content(_moment(board)), _tension(board, local)]
    if board.owed:
        remains = ngettext(
            "! {n} ligne des jours d’avant à solder. E\u00a0: fin de journée",
            "! {n} lignes des jours d’avant à solder. E\u00a0: fin de journée",
            board.owed,
        )
        lines.append(Content.styled(remains.format(n=board.owed), "$warn"))
    return Content("\n").join(lines)


def _moment(board: Board) -> str:
    if board.longest is None or board.p90 is None:
        waits = _("Personne n’attend")
    else:
        waits = _("Attente\u00a0: {longest} max, {p90} pour 9/10").format(
            longest=waited(board.longest // _MINUTE), p90=waited(board.p90 // _MINUTE)
        )
    received = ngettext("{n} reçu en 1\u00a0h", "{n} reçus en 1\u00a0h", board.received)
    pace = "" if board.each is None else _(", {n}\u00a0min chacun").format(n=round(board.each))
    return f"{waits} · {received.format(n=board.received)}{pace}"


def _minutes(number: float) -> str:
    """To a tenth, so that whoever works the rule out again finds the tension said."""
    return f"{number:.1f}".removesuffix(".0").replace(".", ",")


def _tension(board: Board, local: Callable[[datetime], datetime]) -> Content:
    """The tension and how it comes about; an alert by sign, word and colour."""
    found = board.tension
    desks = ngettext("{n} guichet", "{n} guichets", found.desks).format(n=found.desks)
    rule = _("{waiting} × {each}\u00a0min ÷ {desks}, seuil {threshold}").format(
        waiting=found.waiting, each=_minutes(found.each), desks=desks, threshold=found.threshold
    )
    if board.paused:  # last: where there is no room, it is what can be done without
        rule += _(" ({n} en pause)").format(n=board.paused)
    minutes = found.minutes
    index = (
        _("aucun guichet ouvert") if minutes is None else _("{n}\u00a0min").format(n=round(minutes))
    )
    if not found.alert:
        return Content(_("Tension {index}\u00a0: {rule}").format(index=index, rule=rule))
    since = _(" depuis {time}").format(time=f"{local(found.since):%H:%M}") if found.since else ""
    said = _("✗ TENSION {index}{since}\u00a0: {rule}").format(index=index, since=since, rule=rule)
    return Content.styled(said, "$bad bold")
