"""The languages of convocations and accords: a closed list, named as their speakers do.

Latin letters only, since a terminal has no right-to-left writing.
"""

from guichet.i18n import _

LANGUAGES: dict[str, str] = {
    "fr": _("français"),
    "sq": _("albanais – shqip"),
    "en": _("anglais – English"),
    "ar": _("arabe – al-ʿarabiyya"),
    "bm": _("bambara – bamanankan"),
    "bn": _("bengali – bangla"),
    "zh": _("chinois – zhōngwén"),
    "ht": _("créole haïtien – kreyòl ayisyen"),
    "prs": _("dari – dari"),
    "es": _("espagnol – español"),
    "ka": _("géorgien – kartuli"),
    "ur": _("ourdou – urdu"),
    "ps": _("pachto – pax̌to"),
    "pa": _("pendjabi – pañjābī"),
    "pt": _("portugais – português"),
    "ro": _("roumain – română"),
    "ru": _("russe – russkij"),
    "si": _("singhalais – siṁhala"),
    "snk": _("soninké – sooninkanxanne"),
    "ta": _("tamoul – tamiḻ"),
    "tr": _("turc – Türkçe"),
    "uk": _("ukrainien – ukrajinska"),
    "wo": _("wolof – wolof"),
}
"""The label of each language by its ISO 639 code, French first."""


def choices(code: str) -> list[tuple[str, str]]:
    """(label, code) of every language, and of `code` should the list not hold it."""
    known = [(label, key) for key, label in LANGUAGES.items()]
    return known if code in LANGUAGES else [*known, (code, code)]


def language(code: str) -> str:
    """The French name of a language."""
    return LANGUAGES.get(code, code).partition(" –")[0]
