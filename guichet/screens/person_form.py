"""A new person, or changes to a known one.

A person needs one name and a year of birth, nothing else: no document, no phone, no address.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input, Label, Select

from guichet.domain.competence import completed
from guichet.domain.foreigner_number import form
from guichet.domain.model import Competence, Person
from guichet.domain.needs import Need
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, mid_sentence
from guichet.phones import parse_phone
from guichet.screens import checks, describe
from guichet.screens.duplicates import Answer, DuplicatesDialog
from guichet.screens.languages import choices
from guichet.screens.number_verdicts import NumberVerdicts
from guichet.screens.person_words import LABELS, NO_NUMBER, PROOFS
from guichet.screens.post import Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import Typed, person_of
from guichet.screens.words import NEEDS, refusal
from guichet.station.likely import Alike
from guichet.widgets.choice import Tick
from guichet.widgets.field import Field
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class PersonForm(Screen[Person]):
    """The form; dismissed with the person once recorded. `typed` is kept true at each key.

    `known` is called, instead, with the person that a new one turns out to be.
    """

    CSS_PATH = "person_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "save", _("Enregistrer"), tooltip=_("Enregistrer"), id="person.save"),
        Binding(
            "f7", "correct", _("Corriger le numéro"),
            tooltip=_("Prendre le numéro proposé sous le champ"), id="person.correct",
        ),
        Binding(
            "f8", "blank", _("Fiche vierge"),
            tooltip=_("Recommencer avec une fiche vierge"), id="person.blank",
        ),
        # Before the input hears of it: what is typed right after goes into the next field.
        Binding("enter", "next_field", show=False, priority=True, tooltip=_("Champ suivant")),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir, la saisie est gardée")),
    ]  # fmt: skip

    def __init__(
        self,
        post: Post,
        typed: Typed,
        person: Person | None = None,
        *,
        resumed: bool = False,
        at: str = "family",
        known: Callable[[Person], None] | None = None,
    ) -> None:
        super().__init__()
        self._post = post
        self._typed = typed
        self._person = person
        self._resumed = resumed
        self._at = at
        self._known = known
        self._person_id = person.id if person else post.station.mediation.new_person_id()
        self._saving = False
        self._checks = checks.of_person(post.station.today())

    def compose(self) -> ComposeResult:
        """The names, two columns of fields, then the needs."""
        yield Top(self._post, _("Médiation"))
        yield Trail(0)
        with VerticalScroll(can_focus=False):
            with Grid(id="names"):
                yield self._field("family", _("Vide si aucun"))
                yield self._field("used", _("S’il diffère"))
                yield self._field("given", _("Vide si aucun"))
            with Grid(id="fields"):
                yield self._field("birth", _("JJ/MM/AAAA, ou l’année seule"))
                yield self._field("commune", _("→ complète le nom"))
                yield self._field("number", _("10 chiffres, sur le titre"))
                with Vertical(classes="choice"):
                    with Vertical(id="why"):
                        yield Label(_("Si aucun numéro, pourquoi"))
                        reasons = self._select("absent", NO_NUMBER, _("Choisir un motif"))
                        reasons.disabled = bool(self._typed.get("number"))
                        yield reasons
                    yield NumberVerdicts(self._post, self._person_id)
                yield self._field("phone")
                yield self._field("email")
                with Vertical(classes="choice"):
                    yield Label(_("Langue"))
                    code = self._typed.get("language") or "fr"
                    yield Select(choices(code), value=code, allow_blank=False, id="language")
                with Vertical(classes="choice"):
                    yield Label(_("Montre de son identité (facultatif)"))
                    yield self._select("proof", PROOFS, _("Non demandé"))
            yield Label(_("Besoins à l’accueil"), id="needs-label")
            with Grid(id="needs"):
                chosen = self._typed.get("needs", "").split()
                for need in Need:
                    yield Tick(NEEDS[need], value=need in chosen, id=f"need-{need}")
        yield Said()
        yield Foot()

    def _field(self, key: str, hint: str = "") -> Field:
        return Field(
            LABELS[key],
            hint=hint,
            value=self._typed.get(key, ""),
            validate=self._checks[key],
            max_length=80,
            id=key,
        )

    def _select(self, key: str, words: Mapping[Any, str], prompt: str) -> Select[str]:
        value = self._typed.get(key, "")
        return Select(
            [(said, code.value) for code, said in words.items()],
            prompt=prompt,
            value=value if value in words else Select.NULL,
            id=key,
        )

    def on_mount(self) -> None:
        """Start in the field asked for; say whether something typed earlier was taken up again."""
        self.query_one(f"#{self._at}", Field).focus()
        if self._resumed:
            new = _("Saisie reprise où elle en était. F8 : fiche vierge.")
            changed = _("Modifications à vérifier : rien n’est encore enregistré.")
            self._say(new if self._person is None else changed, "info")
        self._judge_number()
        competences = self._post.station.mediation.competences
        background(self, competences, self._complete_communes, group="known")
        background(self, partial(parse_phone, "0"), group="warm")  # its library loads slowly

    def _complete_communes(self, known: list[Competence]) -> None:
        self.query_one("#commune", Field).complete(partial(completed, known))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not shown."""
        del parameters
        if action == "next_field":
            return isinstance(self.focused, Input)
        if action == "correct":
            return bool(form(self._typed.get("number", "")).suggestion)
        return self._person is None if action == "blank" else True

    # Typing -------------------------------------------------------------------------------------

    @on(Field.Changed)
    def _changed(self, event: Field.Changed) -> None:
        key = event.field.id or ""
        self._typed[key] = event.value
        if key == "number":
            self.query_one("#absent", Select).disabled = bool(event.value.strip())
            self.refresh_bindings()
        if key in ("number", "birth"):
            self._judge_number()

    def _judge_number(self) -> None:
        """The reasons for having none make way for what is said of the number."""
        verdicts = self.query_one(NumberVerdicts)
        verdicts.judge(self._typed.get("number", ""), self._typed.get("birth", ""))
        verdicts.display = bool(verdicts.number)
        self.query_one("#why").display = not verdicts.number

    def action_next_field(self) -> None:
        """From one input to the next field."""
        self.focus_next()

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        value = event.value
        self._typed[event.select.id or ""] = value if isinstance(value, str) else ""

    @on(Tick.Changed)
    def _ticked(self) -> None:
        ticked = [need for need in Need if self.query_one(f"#need-{need}", Tick).value]
        self._typed["needs"] = " ".join(ticked)

    def action_correct(self) -> None:
        """Take the number offered under the field."""
        field = self.query_one("#number", Field)
        suggestion = form(field.value).suggestion
        if suggestion:
            field.value = suggestion
            field.focus()

    def action_blank(self) -> None:
        """Start again with nothing typed."""
        for key in LABELS:
            self.query_one(f"#{key}", Field).value = ""
        for box in self.query(Tick):
            box.value = False
        for choice in ("#absent", "#proof"):
            self.query_one(choice, Select).value = Select.NULL
        self.query_one("#language", Select).value = "fr"
        self._person_id = self._post.station.mediation.new_person_id()
        self.query_one(NumberVerdicts).person = self._person_id
        self._say("")
        self.query_one("#family", Field).focus()

    def action_back(self) -> None:
        """Go back; what is typed is kept by who opened the form."""
        self.app.pop_screen()

    # Sending ------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Record the person, or show the first field to complete."""
        if self._saving:
            return
        wrong = self._first_wrong()
        if wrong is not None:
            wrong.focus()
            what = mid_sentence(wrong.state.message)
            sentence = _("{field} : {what}.").format(field=LABELS[wrong.id or ""], what=what)
            self._say(sentence, "bad")
            return
        site = self._person.site if self._person else self._post.station.site.number
        person = person_of(self._typed, self._person_id, site, self._post.station.today())
        self._saving = True
        if self._person is not None or self._known is None:
            self._record(person)
            return
        self._say(_("Recherche d’une fiche de la même personne…"))
        mediation, compared = self._post.station.mediation, partial(self._compared, person)
        background(
            self, lambda: mediation.likely_same(person), compared, group="register",
            failed=self._failed,
        )  # fmt: skip

    def _compared(self, person: Person, alike: list[Alike]) -> None:
        if alike:
            self.app.push_screen(DuplicatesDialog(person, alike), partial(self._decided, person))
        else:
            self._record(person)

    def _decided(self, person: Person, answer: Answer | None) -> None:
        self._saving = False
        if answer == "new":
            self._record(person)
        elif answer is not None and self._known is not None:
            self.app.pop_screen()
            self._known(answer)
        else:
            self._say(_("Rien n’est enregistré. F9 quand la fiche est prête."))

    def _record(self, person: Person) -> None:
        self._saving = True
        self._say(_("Enregistrement…"))
        mediation, registered = self._post.station.mediation, partial(self._registered, person)
        background(
            self, lambda: mediation.register(person), registered, group="register",
            failed=self._failed,
        )  # fmt: skip

    def _first_wrong(self) -> Field | None:
        fields = {key: self.query_one(f"#{key}", Field) for key in LABELS}
        typed = self._typed | {key: field.value for key, field in fields.items()}
        for key, state in checks.sent(typed, self._post.station.today()).items():
            fields[key].set_state(state)
        return next((field for field in fields.values() if field.state.level == "bad"), None)

    def _registered(self, person: Person, refused: Refused | None) -> None:
        self._saving = False
        if refused is not None:
            self._say(refusal(refused), "bad")
            return
        self._say(_("{name} enregistré.").format(name=describe.name(person)), "ok")
        self.dismiss(person)

    def _failed(self, error: GuichetError) -> None:
        self._saving = False
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
