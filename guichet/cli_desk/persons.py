"""What `guichet person add` does: the form of a person, without a screen."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from guichet.cli_desk import asking, said
from guichet.cli_desk.said import Answer, Line
from guichet.domain.birth import BirthDate
from guichet.domain.foreigner_number import AbsentReason, Existence, form
from guichet.domain.model import Person
from guichet.domain.needs import Need
from guichet.domain.operations import Refused
from guichet.domain.proofs import Proof
from guichet.i18n import _, mid_sentence
from guichet.station import Link, Station
from guichet.station.likely import Alike

if TYPE_CHECKING:
    from guichet.widgets.field import FieldState

Outcome = Answer | Refused
Typed = dict[str, str]

FIELDS = {
    "family_name": "family",
    "given_names": "given",
    "used_name": "used",
    "birth": "birth",
    "commune": "commune",
    "number": "number",
    "number_absent": "absent",
    "phone": "phone",
    "email": "email",
    "language": "language",
    "proof": "proof",
    "needs": "needs",
}
"""For each field of the JSON the one of the form."""


def add(station: Station, *, new: bool, stdin: bool) -> Outcome:
    """Record a person, unless they seem to be known already and it is not said that they are `new`.

    What is asked is typed, or with `stdin` a JSON object.
    """
    from guichet.screens.typed import person_of  # with all of the form

    mediation = station.mediation
    typed = _given(station) if stdin else _typed(station)
    if isinstance(typed, Refused):
        return typed
    person = person_of(typed, mediation.new_person_id(), station.site.number, station.today())
    alike = [] if new else mediation.likely_same(person)
    if alike and stdin:
        return _maybe_known(alike)
    if alike:
        answer = _which(alike)
        if answer is None:
            return Refused("not_recorded")
        if isinstance(answer, Person):
            mediation.adopt(answer)
            facts = {**said.person_facts(answer), "new": False, "register": None}
            return Answer(facts, [said.person_lines(answer)])
    refused = mediation.register(person)
    return refused or _recorded(station, person)


def _recorded(station: Station, person: Person) -> Answer:
    register = None
    if person.number is not None:
        online = station.sync_state.link is Link.ONLINE
        asked = station.mediation.existence
        register = asked(person.number) if online else Existence.UNAVAILABLE
    words = {
        None: "",
        Existence.KNOWN: _("connu"),
        Existence.UNKNOWN: _("inconnu (à vérifier, n’empêche rien)"),
        Existence.UNAVAILABLE: _("indisponible (ne compte pas contre la personne)"),
    }
    facts = {**said.person_facts(person), "new": True, "register": register}
    return Answer(facts, [[*said.person_lines(person), (_("registre"), words[register])]])


# Persons known already ----------------------------------------------------------------------------


def _maybe_known(alike: list[Alike]) -> Answer:
    refused = Refused("maybe_known")
    facts: dict[str, Any] = {
        "refused": refused.reason,
        "detail": {},
        "message": said.refusal(refused),
        "alike": [
            {**said.person_facts(each.person), "why": list(each.likeness.reasons)} for each in alike
        ],
    }
    return Answer(facts, [_alike_lines(each) for each in alike], said.refusal(refused), 1)


def _alike_lines(each: Alike) -> list[Line]:
    from guichet.screens.person_words import LIKENESS  # translated when imported

    why = ", ".join(LIKENESS[reason] for reason in each.likeness.reasons)
    return [*said.person_lines(each.person), (_("pourquoi elle"), why)]


def _which(alike: list[Alike]) -> Person | str | None:
    """The person that the new one is, "new" for another one; None to record nothing."""
    blocks = [[(_("fiche connue"), str(n)), *_alike_lines(e)] for n, e in enumerate(alike, 1)]
    asking.tell(_("Cette personne a peut-être déjà une fiche."))
    asking.tell(said.written(blocks))
    question = _("Numéro de sa fiche si c’est elle, 0 si c’est une autre, rien pour renoncer")
    while True:
        match asking.line(question):
            case "":
                return None
            case "0":
                return "new"
            case text if text in {str(n) for n in range(1, len(alike) + 1)}:
                return alike[int(text) - 1].person


# What is typed ------------------------------------------------------------------------------------


def _typed(station: Station) -> Typed:
    """The form, asked line by line; each until it is right."""
    from guichet.screens.languages import LANGUAGES  # translated when imported
    from guichet.screens.person_words import NO_NUMBER, PROOFS
    from guichet.screens.words import NEEDS

    typed: Typed = {}
    _ask(station, typed, "family", "used", "given")
    while (wrong := _wrong(station, typed)) and wrong[0] == "family":
        asking.tell(_sentence(*wrong))
        _ask(station, typed, "family", "given")
    _ask(station, typed, "birth", "commune", "number")
    if not typed["number"]:
        typed["absent"] = asking.chosen(_("Pourquoi aucun numéro"), list(NO_NUMBER.items()))
    _ask(station, typed, "phone", "email")
    while (language := asking.line(_("Langue (code, sinon fr)")) or "fr") not in LANGUAGES:
        asking.tell(_("Les codes sont\u00a0: {known}.").format(known=", ".join(LANGUAGES)))
    typed["language"] = language
    proofs = list(PROOFS.items())
    typed["proof"] = asking.chosen(_("Montre de son identité"), proofs, optional=True)
    typed["needs"] = " ".join(asking.several(_("Besoins à l’accueil"), list(NEEDS.items())))
    return typed


def _ask(station: Station, typed: Typed, *fields: str) -> None:
    from guichet.screens import checks  # translated when imported
    from guichet.screens.person_words import LABELS

    today = station.today()
    hints = {
        "family": _("vide si aucun"),
        "used": _("s’il diffère"),
        "given": _("vide si aucun"),
        "birth": _("JJ/MM/AAAA, ou l’année seule"),
    }
    for field in fields:
        label = f"{LABELS[field]} ({hints[field]})" if field in hints else LABELS[field]
        while True:
            text = typed[field] = asking.line(label)
            # Whether a name or the number may be missing depends on what is asked after it.
            alone = checks.final(checks.of_person(today)[field](text))
            why = _why(field, text, checks.sent(typed, today)[field] if field == "birth" else alone)
            if not why:
                break
            asking.tell(_sentence(field, why))


def _given(station: Station) -> Typed | Refused:
    """The form of a JSON object; refused for the first field that is not right."""
    from guichet.screens.languages import LANGUAGES  # translated when imported

    found = asking.given(FIELDS)
    if isinstance(found, Refused):
        return found
    typed: Typed = {}
    for name, value in found.items():
        texts = value if name == "needs" and isinstance(value, list) else [value or ""]
        if not all(isinstance(each, str) for each in texts):
            return _refused(name, _("un texte"))
        typed[FIELDS[name]] = " ".join(texts)
    with suppress(ValueError):  # else as it is typed on the screen, day before month
        typed["birth"] = str(BirthDate.from_text(typed.get("birth", "")))
    wrong = _wrong(station, typed)
    if wrong is not None:
        key, why = wrong
        return _refused(next(name for name, field in FIELDS.items() if field == key), why)
    closed: dict[str, set[str]] = {
        "number_absent": set(AbsentReason),
        "proof": set(Proof),
        "needs": set(Need),
        "language": set(LANGUAGES),
    }
    for name, known in closed.items():
        if not set(typed.get(FIELDS[name], "").split()) <= known:
            return _refused(name, ", ".join(sorted(known)))
    return typed


def _wrong(station: Station, typed: Typed) -> tuple[str, str] | None:
    """The first field that stands in the way, and what is wrong with it."""
    from guichet.screens import checks  # translated when imported

    states = checks.sent(typed, station.today()).items()
    found = ((key, _why(key, typed.get(key, ""), state)) for key, state in states)
    return next(((key, why) for key, why in found if why), None)


def _why(key: str, text: str, state: "FieldState") -> str:
    """What is wrong with a line, nothing when nothing is; the screen's words name its keys."""
    suggestion = form(text).suggestion if key == "number" else ""
    if suggestion:
        return _("Si c’est {number}, retapez-le ainsi").format(number=suggestion)
    return state.message if state.level == "bad" else ""


def _sentence(key: str, why: str) -> str:
    from guichet.screens.person_words import LABELS  # translated

    return _("{field}\u00a0: {what}.").format(field=LABELS[key], what=mid_sentence(why))


def _refused(name: str, why: str) -> Refused:
    return Refused("bad_field", {"field": name, "why": mid_sentence(why)})
