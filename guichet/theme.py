"""The three looks of the station. Every pair painted reaches 4.5:1, in "contraste" 7:1.

The ratios are those of WCAG 2.2 (1.4.3 text, 1.4.6 enhanced, 1.4.11 focus and field edges 3:1);
no theme that Textual ships reaches them everywhere.
"""

from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.theme import Theme


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one look; `on_x` is the text colour on background `x`."""

    name: str
    dark: bool
    background: str
    surface: str
    panel: str
    foreground: str
    muted: str
    primary: str
    line: str
    focus: str
    field: str
    action: str
    on_action: str
    cursor: str
    on_cursor: str
    cursor_idle: str
    ok: str
    warn: str
    bad: str
    info: str
    ok_band: str
    on_ok_band: str
    warn_band: str
    on_warn_band: str
    bad_band: str
    on_bad_band: str


SOMBRE = Palette(
    name="sombre",
    dark=True,
    background="#11131c",
    surface="#181b27",
    panel="#212536",
    foreground="#e8e9f2",
    muted="#a4a9c0",
    primary="#a6abff",
    line="#737a99",
    focus="#b4b9ff",
    field="#242940",
    action="#4145b8",
    on_action="#ffffff",
    cursor="#363b96",
    on_cursor="#ffffff",
    cursor_idle="#2a2f4a",
    ok="#74d69a",
    warn="#f3bd6b",
    bad="#ff9d96",
    info="#8fc1ff",
    ok_band="#18753c",
    on_ok_band="#ffffff",
    warn_band="#8a4b00",
    on_warn_band="#ffffff",
    bad_band="#b3131b",
    on_bad_band="#ffffff",
)

CLAIR = Palette(
    name="clair",
    dark=False,
    background="#ffffff",
    surface="#f6f6fb",
    panel="#ececf7",
    foreground="#161622",
    muted="#565a70",
    primary="#000091",
    line="#7d8098",
    focus="#0a6fe8",
    field="#ededf6",
    action="#000091",
    on_action="#ffffff",
    cursor="#000091",
    on_cursor="#ffffff",
    cursor_idle="#dfe0f8",
    ok="#126335",
    warn="#8a4200",
    bad="#b80d0d",
    info="#0053b3",
    ok_band="#18753c",
    on_ok_band="#ffffff",
    warn_band="#ffd58a",
    on_warn_band="#3d1f00",
    bad_band="#c00d13",
    on_bad_band="#ffffff",
)

CONTRASTE = Palette(
    name="contraste",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#16161c",
    foreground="#ffffff",
    muted="#d6d6e0",
    primary="#ffe14d",
    line="#c4c4d0",
    focus="#ffe14d",
    field="#20202c",
    action="#00217a",
    on_action="#ffffff",
    cursor="#ffe14d",
    on_cursor="#000000",
    cursor_idle="#2b2b38",
    ok="#7dffa8",
    warn="#ffd76a",
    bad="#ffb3ae",
    info="#a8d8ff",
    ok_band="#005a20",
    on_ok_band="#ffffff",
    warn_band="#ffd23d",
    on_warn_band="#000000",
    bad_band="#a00008",
    on_bad_band="#ffffff",
)

PALETTES = (SOMBRE, CLAIR, CONTRASTE)
DEFAULT_THEME = SOMBRE.name


def _own_variables(p: Palette) -> dict[str, str]:
    """What `guichet.tcss` and the widgets name beyond Textual's own variables."""
    return {
        "muted": p.muted,
        "line": p.line,
        "focus": p.focus,
        "field": p.field,
        "action": p.action,
        "on-action": p.on_action,
        "ok": p.ok,
        "warn": p.warn,
        "bad": p.bad,
        "info": p.info,
        "ok-band": p.ok_band,
        "on-ok-band": p.on_ok_band,
        "warn-band": p.warn_band,
        "on-warn-band": p.on_warn_band,
        "bad-band": p.bad_band,
        "on-bad-band": p.on_bad_band,
        "cursor": p.cursor,
        "on-cursor": p.on_cursor,
        "cursor-idle": p.cursor_idle,
    }


def _textual_variables(p: Palette) -> dict[str, str]:
    """Textual's variables whose computed values fall below the ratios."""
    return {
        "text": p.foreground,
        "text-muted": p.muted,
        "text-disabled": p.muted,
        "foreground-muted": p.muted,
        "foreground-disabled": p.muted,
        "text-primary": p.primary,
        "text-secondary": p.primary,
        "text-accent": p.primary,
        "text-success": p.ok,
        "text-warning": p.warn,
        "text-error": p.bad,
        "border": p.focus,
        "border-blurred": p.line,
        "block-cursor-foreground": p.on_cursor,
        "block-cursor-background": p.cursor,
        "block-cursor-blurred-foreground": p.foreground,
        "block-cursor-blurred-background": p.cursor_idle,
        "block-hover-background": p.panel,
        "input-cursor-foreground": p.background,
        "input-cursor-background": p.foreground,
        "input-selection-foreground": p.on_cursor,
        "input-selection-background": p.cursor,
        "screen-selection-foreground": p.on_cursor,
        "screen-selection-background": p.cursor,
        "footer-background": p.panel,
        "footer-foreground": p.foreground,
        "footer-key-foreground": p.primary,
        "footer-description-foreground": p.foreground,
        "scrollbar": p.line,
        "scrollbar-hover": p.primary,
        "scrollbar-active": p.primary,
        "scrollbar-background": p.surface,
        "link-color": p.primary,
        "link-color-hover": p.on_cursor,
        "link-background-hover": p.cursor,
        "button-foreground": p.foreground,
        "button-color-foreground": p.on_action,
        "button-focus-text-style": "bold underline",
    }


def _theme(p: Palette) -> Theme:
    return Theme(
        name=p.name,
        dark=p.dark,
        primary=p.primary,
        secondary=p.primary,
        accent=p.primary,
        success=p.ok,
        warning=p.warn,
        error=p.bad,
        foreground=p.foreground,
        background=p.background,
        surface=p.surface,
        panel=p.panel,
        boost=p.panel,
        variables=_own_variables(p) | _textual_variables(p),
    )


def register_themes(app: App[Any], name: str = DEFAULT_THEME) -> None:
    """Give `app` our themes only, and put on the one called `name` (the default if unknown).

    Call it in the application's ``__init__``: the style sheets name variables that no other
    theme defines. Textual's themes are taken away since none is readable everywhere.
    """
    for shipped in app.available_themes:
        app.unregister_theme(shipped)
    for palette in PALETTES:
        app.register_theme(_theme(palette))
    name = name if name in app.available_themes else DEFAULT_THEME
    if app.is_running:
        app.theme = name
        return
    # Before the start, a change of theme would only have every style sheet parsed once more.
    app.set_reactive(App.theme, name)
    app.stylesheet.set_variables(app.get_css_variables())
    app.set_class(app.current_theme.dark, "-dark-mode")
    app.set_class(not app.current_theme.dark, "-light-mode")
    app.add_class(f"-theme-{name}")
