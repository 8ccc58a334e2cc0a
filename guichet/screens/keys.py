"""The keys that mean the same everywhere, and how French keyboards name them."""

from textual.binding import Binding, BindingType

from guichet.i18n import _

KEY_NAMES = {
    "enter": _("Entrée"),
    "escape": _("Échap"),
    "space": _("Espace"),
    "delete": _("Suppr"),
    "pageup": _("Pg préc"),
    "pagedown": _("Pg suiv"),
    "home": _("Début"),
    "end": _("Fin"),
}
"""Keys as French keyboards name them."""


def key_written(binding: Binding, usual: str) -> str:
    """A key as it is written on a French keyboard; `usual` is what Textual calls it."""
    key = binding.key_display or KEY_NAMES.get(binding.key)
    if key is None:
        *modifiers, name = usual.split("+")
        name = f"Ctrl+{name[1:].upper()}" if name.startswith("^") else name
        modifiers = [_("Maj") if each == "shift" else each for each in modifiers]
        key = "+".join([*modifiers, name.upper() if name[1:].isdigit() else name])
    return key


def closing(keys: str, name: str) -> Binding:
    """The key by which a list of what waits for somebody is left, without losing any of it."""
    return Binding(
        keys, "dismiss", _("Fermer"), tooltip=_("Revenir\u202f; ce qui reste attend ici"), id=name
    )


GLOBAL_KEYS: list[BindingType] = [
    # Before the field that has the focus sees them: what is typed next belongs to the next field,
    # however quickly it comes.
    Binding("tab", "app.focus_next", _("Champ suivant"), show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", _("Champ précédent"), show=False, priority=True),
    Binding("f1", "help", _("Aide"), tooltip=_("Les touches de cet écran"), id="app.help"),
    Binding(
        "f2",
        "mode('mediator')",
        _("Médiation"),
        tooltip=_("Prendre un rendez-vous"),
        id="app.mediator",
    ),
    Binding(
        "f3",
        "mode('counter')",
        _("Guichet"),
        tooltip=_("Accueillir les personnes"),
        id="app.counter",
    ),
    Binding(
        "f4",
        "mode('supervisor')",
        _("Supervision"),
        tooltip=_("Suivre la journée"),
        id="app.supervisor",
    ),
    Binding(
        "shift+f4",
        "ending",
        _("Fin de journée"),
        tooltip=_("Solder ce qui reste d’aujourd’hui et des jours d’avant"),
        show=False,
        id="app.ending",
    ),
    Binding(
        "f8",
        "settle",
        _("À régler"),
        tooltip=_("Ce que la centrale a refusé à ce poste"),
        id="app.settle",
    ),
    Binding(
        "shift+f8",
        "liaison",
        _("Liaison"),
        tooltip=_("Où en sont les échanges avec la centrale"),
        show=False,
        id="app.liaison",
    ),
    Binding(
        "f12",
        "lock",
        _("Verrou"),
        tooltip=_("Fermer la session, sans rien perdre de la saisie"),
        priority=True,
        id="app.lock",
    ),
    Binding(
        "f10,ctrl+q",
        "quit",
        _("Quitter"),
        tooltip=_("Fermer guichet"),
        show=False,
        priority=True,
        id="app.quit",
    ),
    Binding(
        "ctrl+p",
        "command_palette",
        _("Commandes"),
        tooltip=_("Chercher une commande par son nom"),
        show=False,
        priority=True,
        id="app.palette",
    ),
]
"""What every screen understands; the application acts on it."""
