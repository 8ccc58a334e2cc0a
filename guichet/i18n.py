"""Translation of what the screens say. Message ids are French, so French needs no catalogue."""

import gettext
from pathlib import Path

_translation: gettext.NullTranslations = gettext.NullTranslations()


def install(language: str) -> None:
    """Use `language` (ISO 639-1) from now on, French where a message has no translation.

    Call it before any screen is imported: Textual freezes bindings when a class is made.
    """
    global _translation  # noqa: PLW0603 - one language a process, as gettext.install does
    _translation = gettext.translation(
        "guichet", Path(__file__).parent / "locale", [language], fallback=True
    )


def _(message: str) -> str:
    """The message in the language of this process."""
    return _translation.gettext(message)


def mid_sentence(text: str) -> str:
    """The message as it goes on after a colon: a first word loses its capital, "JJ/MM" does not."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def ngettext(one: str, many: str, count: int) -> str:
    """The message in the grammatical number of `count`; French counts zero as one."""
    if isinstance(_translation, gettext.GNUTranslations):
        return _translation.ngettext(one, many, count)
    return one if abs(count) < 2 else many  # noqa: PLR2004 - the French plural rule
