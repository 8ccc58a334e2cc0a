"""Help of the commands, in French to the last word, and what they all take."""

from pathlib import Path
from typing import ClassVar

import click

from guichet.i18n import _

FOLDER = click.Path(file_okay=False, path_type=Path)


class Command(click.Command):
    """A command with French help."""

    def get_help(self, ctx: click.Context) -> str:
        """The help text."""
        return _in_french(super().get_help(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, in French."""
        return _help_option(super().get_help_option(ctx))


class Commands(click.Group):
    """A group of such commands."""

    command_class: ClassVar[type[click.Command] | None] = Command  # type: ignore[misc] # an instance's in click

    def get_help(self, ctx: click.Context) -> str:
        """The help text."""
        return _in_french(super().get_help(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, in French."""
        return _help_option(super().get_help_option(ctx))


def station_folder(folder: Path | None) -> Path:
    """The folder of the station meant, its log open and its language in use. Raises ConfigError."""
    from guichet import config
    from guichet.i18n import install
    from guichet.logs import configure_logging

    found = config.station_folder(folder)
    configure_logging(found)
    install(config.load_settings(found).language)
    return found


def missing(name: str) -> click.MissingParameter:
    """What is wrong when the command that runs is not given that parameter, and needs it here."""
    return click.MissingParameter(ctx=click.get_current_context(), param=_param(name))


def unfit(name: str) -> click.BadParameter:
    """What is wrong when what it is given there makes no sense, or not beside the rest."""
    return click.BadParameter("", ctx=click.get_current_context(), param=_param(name))


def _param(name: str) -> click.Parameter:
    command = click.get_current_context().command
    return next(each for each in command.params if each.name == name)


def _help_option(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = _("Afficher cette aide.")
    return option


def _in_french(text: str) -> str:
    for english, french in (
        ("Usage: ", _("Usage\u00a0: ")),
        ("Commands:", _("Commandes\u00a0:")),
        ("Options:", _("Options\u00a0:")),
        ("[default: ", _("[par défaut\u00a0: ")),
        ("[required]", _("[obligatoire]")),
    ):
        text = text.replace(english, french)
    return text
