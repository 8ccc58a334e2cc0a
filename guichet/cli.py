"""The commands. Nothing heavy is imported before a command runs: help must come at once."""

import gc
import logging
import os
import sys
from pathlib import Path

import click

from guichet.cli_help import FOLDER, Commands
from guichet.cli_progress import progress
from guichet.errors import GuichetError
from guichet.i18n import _

logger = logging.getLogger(__name__)

THEMES = click.Choice(["sombre", "clair", "contraste"])
ROLES = click.Choice(["mediator", "counter", "supervisor"])
_MISTAKE, _UNEXPECTED, _INTERRUPTED = 1, 2, 130

folder_option = click.option(
    "--dir",
    "folder",
    metavar="DOSSIER",
    type=FOLDER,
    help=_("Dossier du poste (sinon GUICHET_DIR, ou celui prévu)."),
)
theme_option = click.option("--theme", type=THEMES, help=_("Couleurs de l’écran."))


def main() -> None:
    """Run a command. Faults become one French sentence, and never a traceback.

    Exit codes: 1 for what the sentence explains, 2 for a wrong command line and for the unexpected
    (which GUICHET_DEBUG=1 raises again), 130 when interrupted.
    """
    try:
        result = cli.main(prog_name="guichet", standalone_mode=False)
    except GuichetError as error:
        logger.warning("the command ends", exc_info=error)
        _fail(str(error), _MISTAKE)
    except click.Abort:
        _fail(_("Abandon."), _INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except click.ClickException as error:
        _fail(_misused(error), error.exit_code)
    except Exception as error:
        # The last resort of the whole program: the agent gets a sentence, the file the details.
        if os.environ.get("GUICHET_DEBUG") == "1":
            raise
        _fail(_unexpected(error), _UNEXPECTED)
    else:
        sys.exit(result if isinstance(result, int) else 0)


def _fail(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


def _misused(error: click.ClickException) -> str:
    """What is wrong with the command line."""
    match error:
        case click.NoSuchOption(option_name=name):
            cause = _("l’option {name} n’existe pas").format(name=name)
        case click.MissingParameter(param=param) if param is not None:
            option = isinstance(param, click.Option)
            name = param.opts[0] if option else param.human_readable_name
            cause = _("il manque {name}").format(name=name)
        case click.BadParameter(param=param) if param is not None:
            name = param.opts[0] if param.opts else param.human_readable_name
            cause = _("la valeur de {name} ne convient pas").format(name=name)
        case _other:
            cause = _("cette commande n’existe pas ou a des mots de trop")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "guichet"
    return _("Commande incomprise\u00a0: {cause}. Voyez «\u00a0{command} --help\u00a0».").format(
        cause=cause, command=command
    )


def _unexpected(error: Exception) -> str:
    from guichet.config import station_folder
    from guichet.logs import configure_logging, log_file

    try:
        if log_file() is None:
            configure_logging(station_folder())
    except GuichetError as unusable:
        return _("Erreur inattendue, et le journal ne peut pas être écrit\u00a0: {why}").format(
            why=unusable
        )
    logger.error("unexpected", exc_info=error)
    return _(
        "Erreur inattendue\u00a0: recommencez, et si elle revient, transmettez au support le "
        "fichier {path}."
    ).format(path=log_file())


def _folder(override: Path | None) -> Path:
    """The folder to work in, with its log open."""
    from guichet.config import station_folder
    from guichet.logs import configure_logging

    folder = station_folder(override)
    configure_logging(folder)
    return folder


class _Guichet(Commands):
    """All commands; those of central and of the desk are read when one is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        self._read_all()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.commands:
            self._read_all()
        return super().get_command(ctx, cmd_name)

    def _read_all(self) -> None:
        # What opens the application needs none of them, and paints the sooner.
        from guichet.cli_catalogue import catalogue  # noqa: F401 - adds to `central`
        from guichet.cli_central import central
        from guichet.cli_desk import COMMANDS
        from guichet.cli_desk.day import end_of_day
        from guichet.cli_desk.entering import arrive  # adds to `person`, too
        from guichet.cli_desk.handling import COMMANDS as HANDLING
        from guichet.cli_desk.openings import openings
        from guichet.cli_desk.periods import stats, week
        from guichet.cli_display import display
        from guichet.cli_scan import scan
        from guichet.cli_stations import stations  # noqa: F401 - adds to `central`
        from guichet.cli_sync import outbox, sync

        desk = (*COMMANDS, *HANDLING, arrive, stats, week, end_of_day, openings)
        for command in (central, display, scan, sync, outbox, *desk):
            self.add_command(command)


@click.group(cls=_Guichet, invoke_without_command=True, subcommand_metavar="[COMMANDE]…")
@folder_option
@theme_option
@click.version_option(package_name="guichet", message="%(version)s", help=_("Afficher la version."))
@click.pass_context
def cli(context: click.Context, folder: Path | None, theme: str | None) -> int | None:
    """Rendez-vous, accueil et suivi du jour en préfecture.

    Sans commande, ouvre l’application sur ce poste. Pour essayer\u00a0: guichet demo.
    """
    return _open(folder, theme) if context.invoked_subcommand is None else None


@cli.command("open")
@folder_option
@theme_option
def open_(folder: Path | None, theme: str | None) -> int:
    """Ouvrir l’application sur ce poste."""
    return _open(folder, theme)


def _open(folder: Path | None, theme: str | None) -> int:
    from guichet.config import load_settings
    from guichet.i18n import install

    where = _folder(folder)
    settings = load_settings(where)
    install(settings.language)
    gc.disable()  # until the station is open: what imports make stays, and need not be looked at
    from guichet.app import run  # heavy, and bindings are translated when imported

    return run(where, settings, theme=theme)


@cli.command()
@click.argument("url", metavar="ADRESSE")
@click.option("--name", help=_("Nom de ce poste, sinon celui de l’ordinateur."))
@folder_option
def enrol(url: str, name: str | None, folder: Path | None) -> None:
    """Faire de cet ordinateur un poste de la centrale à cette ADRESSE.

    Demande le code à usage unique donné par «\u00a0guichet central enrol-code\u00a0».
    """
    import platform

    from guichet.config import clock

    where = _folder(folder)
    code = click.prompt(_("Code d’enrôlement"), prompt_suffix="\u00a0: ")
    from guichet.station.enrolling import enrol as exchange

    with progress(_("Lecture du site")) as told:
        enrolment = exchange(
            where, url, code, name or platform.node() or "poste", clock(), progress=told
        )
    click.echo(
        _("Ce poste est le numéro {number} du site {site}. Lancez «\u00a0guichet\u00a0».").format(
            number=enrolment.number, site=enrolment.site
        )
    )


@cli.command()
@click.option("--role", type=ROLES, default="supervisor", show_default=True, help=_("Qui essaie."))
@click.option("--fresh", is_flag=True, help=_("Recommencer avec des données neuves."))
@click.option("--join", is_flag=True, help=_("Ouvrir un second poste sur la démonstration."))
@click.option("--display", is_flag=True, help=_("Y ouvrir l’écran de la salle d’attente."))
@click.option(
    "--shell",
    is_flag=True,
    help=_("Donner de quoi essayer les commandes sans écran\u00a0: README."),
)
@click.option("--stop-central", is_flag=True, help=_("Arrêter la centrale, pour voir."))
@click.option("--start-central", is_flag=True, help=_("Relancer la centrale arrêtée."))
@click.option("--camera", help=_("Vraie caméra (0), au lieu de la caméra d’entraînement."))
@folder_option
@theme_option
def demo(
    *,
    role: str,
    fresh: bool,
    join: bool,
    display: bool,
    shell: bool,
    stop_central: bool,
    start_central: bool,
    camera: str | None,
    folder: Path | None,
    theme: str | None,
) -> int:
    """Essayer guichet\u00a0: vraie centrale sur cet ordinateur, personnes fictives."""
    import shlex

    from guichet import demo as demonstration
    from guichet import demo_central
    from guichet.domain.model import Role
    from guichet.logs import configure_logging

    where = demonstration.demo_folder(folder)
    configure_logging(where)
    if stop_central:
        demo_central.stop_central(where)
        return 0
    if start_central:
        demo_central.start_central(where)
        return 0
    if display:
        return demonstration.display(where, theme=theme)
    if shell:
        for name, value in demonstration.shell(Role(role), where).items():
            click.echo(f"export {name}={shlex.quote(value)}")
        return 0
    return demonstration.run(Role(role), where, fresh=fresh, join=join, theme=theme, camera=camera)


@cli.command()
@folder_option
def doctor(folder: Path | None) -> int:
    """Vérifier ce poste et dire comment réparer ce qui manque."""
    from guichet.doctor import examine

    where = _folder(folder)
    signs = {True: "✓", False: "✗", None: "!"}
    checks = examine(where)
    for check in checks:
        click.echo(f"{signs[check.good]} {check.name}\u00a0: {check.found}")
        if check.advice:
            click.echo(f"  → {check.advice}")
    return int(any(check.good is False for check in checks))
