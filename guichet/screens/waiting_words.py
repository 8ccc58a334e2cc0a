"""Those who wait, in words."""

from guichet.domain.calendar_fr import short_day
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.languages import language
from guichet.screens.post import Post
from guichet.station.assistance import Waiting


def who(waiting: Waiting) -> str:
    """The person's name."""
    return describe.name(waiting.person) if waiting.person else _("fiche inconnue ici")


def what(waiting: Waiting) -> str:
    """The démarche they wait for."""
    return waiting.procedure.label if waiting.procedure else waiting.demand.procedure


def place(post: Post, waiting: Waiting) -> str:
    """When the seat offered is, in few letters."""
    held = waiting.held
    return f"{post.station.local(held.slot.starts_at):%d/%m %H:%M}" if held else "–"


def delay(post: Post, waiting: Waiting) -> str:
    """Before when they must be told of the seat offered; else since when they wait."""
    local = post.station.local
    if waiting.held is None:
        return _("depuis le {day}").format(day=f"{local(waiting.demand.at):%d/%m}")
    end = local(waiting.held.until)
    if end.date() == post.station.today():
        return _("avant {time}").format(time=f"{end:%H:%M}")
    return _("avant {when}").format(when=f"{end:%d/%m %H:%M}")


def detail(post: Post, waiting: Waiting) -> str:
    """All that whoever calls must know, in four lines or so."""
    person = waiting.person
    lines = [f"{who(waiting)} · {what(waiting)}", _offer(post, waiting)]
    if person is None:
        lines.append(_("Cherchez la personne par son nom\u00a0: sa fiche reviendra ici."))
    else:
        spoken = _("parle\u00a0: {language}").format(language=language(person.language))
        parts = (describe.reach(person), spoken, describe.needs(person))
        lines.append(" · ".join(part for part in parts if part))
    lines.append(_history(post, waiting))
    return "\n".join(lines)


def _offer(post: Post, waiting: Waiting) -> str:
    if waiting.held is not None:
        return _("Place du {when}, gardée jusqu’au {until}").format(
            when=describe.when(post, waiting.held.slot.starts_at),
            until=short_day(post.station.local(waiting.held.until)),
        )
    if waiting.exhausted:
        return _("Plus de place proposée d’office\u00a0: Entrée pour chercher un créneau.")
    return _("Aucune place ne s’est libérée. Entrée\u00a0: chercher un créneau.")


def _history(post: Post, waiting: Waiting) -> str:
    local, demand = post.station.local, waiting.demand
    lines = [
        _("Attend depuis le {day}, inscription jusqu’au {last}.").format(
            day=f"{local(demand.at):%d/%m/%Y}", last=f"{local(waiting.kept_until):%d/%m/%Y}"
        )
    ]
    suit = [
        _("souhait noté hors connexion") if demand.wish else "",
        _("à partir du {day}").format(day=f"{demand.first_day:%d/%m}") if demand.first_day else "",
        _("jusqu’au {day}").format(day=f"{demand.last_day:%d/%m}") if demand.last_day else "",
    ]
    lines[0] += "".join(f" · {part}" for part in suit if part)
    if demand.offers:
        offers = ngettext("{n} place proposée", "{n} places proposées", demand.offers)
        lines.append(offers.format(n=demand.offers))
    if demand.called_at is not None:
        called = short_day(local(demand.called_at))
        lines[-1] += _(" · dernier appel sans réponse\u00a0: {when}").format(when=called)
    return "\n".join(lines)
