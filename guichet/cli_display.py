"""The waiting room's display, from the shell."""

from pathlib import Path

import click

from guichet.cli_help import FOLDER, Command, station_folder
from guichet.i18n import _


@click.command(cls=Command)
@click.option(
    "--dir",
    "folder",
    metavar="DOSSIER",
    type=FOLDER,
    help=_("Dossier du poste (sinon GUICHET_DIR, ou celui prévu)."),
)
@click.option(
    "--own",
    is_flag=True,
    help=_("L’écran a son propre poste enrôlé, sur lequel guichet n’est pas ouvert."),
)
@click.option("--mute", is_flag=True, help=_("Sans sonnerie."))
@click.option(
    "--sound",
    metavar="FICHIER",
    type=click.Path(path_type=Path),
    help=_("Son à jouer à chaque appel, au lieu de la sonnerie du terminal (WAV)."),
)
@click.option(
    "--theme",
    type=click.Choice(["sombre", "clair", "contraste"]),
    default="contraste",
    show_default=True,
    help=_("Couleurs de l’écran."),
)
def display(*, folder: Path | None, own: bool, mute: bool, sound: Path | None, theme: str) -> int:
    """Afficher les appels pour la salle d’attente.

    Des numéros et des guichets, jamais un nom. À lancer dans un second terminal, à côté de guichet
    ouvert sur le même dossier\u202f; F10 ferme.
    """
    where = station_folder(folder)
    from guichet.display import run  # heavy, and its texts are translated

    return run(where, own=own, theme=theme, mute=mute, sound=sound)
