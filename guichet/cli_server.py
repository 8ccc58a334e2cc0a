"""The commands that make, serve, keep and bring back the central server's database."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from guichet.cli_help import FOLDER, Command
from guichet.errors import ConfigError
from guichet.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Engine

DATABASE_FILE = "central.sqlite3"

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


def _without_password(
    context: click.Context, parameter: click.Parameter, url: str | None
) -> str | None:
    """The address; raises ConfigError for a password that every user of the computer could read."""
    typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    if url and typed:
        from guichet.store.engine import has_password

        if has_password(url):
            raise ConfigError(
                _(
                    "Un mot de passe dans la commande se lit dans la liste des processus. "
                    "Mettez l’adresse dans GUICHET_DATABASE, ou le mot de passe dans le fichier "
                    "que nomme PGPASSFILE."
                )
            )
    return url


def where(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which central is meant."""
    command = click.option(
        "--dir",
        "folder",
        metavar="DOSSIER",
        type=FOLDER,
        help=_("Dossier de la centrale (base et journal)."),
    )(command)
    return click.option(
        "--database",
        envvar="GUICHET_DATABASE",
        callback=_without_password,
        help=_("Adresse de la base, si ce n’est pas le fichier SQLite du dossier."),
    )(command)


def _folder(folder: Path | None) -> Path:
    """The folder of this central, made, with its log open."""
    from guichet.config import station_folder
    from guichet.logs import configure_logging

    found = station_folder(folder or station_folder() / "central")
    configure_logging(found)
    return found


def _url(folder: Path, database: str | None) -> str:
    from guichet.store.engine import sqlite_url

    return database or sqlite_url(folder / DATABASE_FILE)


def _opened(folder: Path | None, database: str | None) -> "Engine":
    from guichet.store.engine import open_engine

    return open_engine(_url(_folder(folder), database))


def created(folder: Path | None, database: str | None) -> "Engine":
    """Central's database, ready for use."""
    from guichet.central.upgrade import prepare
    from guichet.config import clock

    engine = _opened(folder, database)
    with _closed_by_a_fault(engine):
        prepare(engine, clock()())
    return engine


@contextmanager
def _closed_by_a_fault(engine: "Engine") -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


@click.command(cls=Command)
@where
@click.option("--training", is_flag=True, help=_("Y mettre des sites et personnes fictifs."))
def init(folder: Path | None, database: str | None, *, training: bool) -> None:
    """Créer la base de la centrale, ou la mettre à jour."""
    from guichet.central.feed import started
    from guichet.store.engine import reading

    engine = _migrated(folder, database)[0]
    with reading(engine) as connection:
        sites = started(connection)
    if training:
        from guichet.central.training import load, local_day
        from guichet.config import clock

        if sites:
            raise ConfigError(
                _("Cette base a déjà des sites\u00a0: mettez ceux d’entraînement dans une neuve.")
            )
        now = clock()()
        load(engine, local_day(now), now)
    engine.dispose()
    click.echo(_("La centrale est prête."))
    if not (training or sites):
        click.echo(
            _(
                "Elle n’a encore ni site ni démarche\u00a0: entrez-les avec "
                "«\u00a0guichet central catalogue import FICHIER.toml\u00a0»."
            )
        )


@click.command(cls=Command)
@where
def migrate(folder: Path | None, database: str | None) -> None:
    """Mettre la base à jour pour cette version de guichet.

    Une base SQLite est d’abord copiée à côté. Sur PostgreSQL, arrêtez les serveurs et faites une
    sauvegarde avant.
    """
    engine, found, reached = _migrated(folder, database)
    engine.dispose()
    if found == reached:
        click.echo(_("La base est déjà à la version {reached}.").format(reached=reached))
    else:
        words = _("La base est passée de la version {found} à la version {reached}.")
        click.echo(words.format(found=found or _("vide"), reached=reached))


def _migrated(folder: Path | None, database: str | None) -> "tuple[Engine, str | None, str]":
    from guichet.central.upgrade import migrate as bring_up
    from guichet.config import clock

    engine = _opened(folder, database)
    with _closed_by_a_fault(engine):
        return engine, *bring_up(engine, clock()())


@click.command(cls=Command)
@where
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Adresse d’écoute."))
@click.option("--port", default=8460, show_default=True, help=_("Port d’écoute, 0\u00a0: libre."))
@click.option("--tls-cert", type=_FILE, help=_("Certificat TLS (PEM)."))
@click.option("--tls-key", type=_FILE, help=_("Clé du certificat (PEM)."))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=_("Nombre de processus, sur PostgreSQL."),
)
@click.option("--stop-with-stdin", is_flag=True, hidden=True)
@click.option("--fd", type=int, hidden=True)
def serve(
    *,
    folder: Path | None,
    database: str | None,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    workers: int,
    stop_with_stdin: bool,
    fd: int | None,
) -> None:
    """Servir la centrale jusqu’à Ctrl+C."""
    import socket

    from guichet.central import serve as server

    if stop_with_stdin:
        server.stop_with_stdin()
    found = _folder(folder)
    url = _url(found, database)

    def ready(address: str) -> None:
        click.echo(_("La centrale répond à {address}").format(address=address))
        sys.stdout.flush()

    if workers > 1:
        from guichet.central.workers import run

        run(workers, url, host, port, folder=found, ready=ready, tls_cert=tls_cert, tls_key=tls_key)
        return
    listener = None if fd is None else socket.socket(fileno=fd)
    server.serve(
        url, host, port, ready=ready, tls_cert=tls_cert, tls_key=tls_key, listener=listener
    )


@click.command(cls=Command)
@click.argument("file", metavar="FICHIER", type=_NEW)
@where
def backup(file: Path, folder: Path | None, database: str | None) -> None:
    """Copier la base SQLite dans FICHIER, sans arrêter la centrale."""
    from guichet.central.backup import backup as copy

    copy(_sqlite_file(folder, database), file)
    click.echo(_("La base est copiée dans {file}.").format(file=file))


@click.command(cls=Command)
@click.argument("file", metavar="FICHIER", type=_FILE)
@where
def restore(file: Path, folder: Path | None, database: str | None) -> None:
    """Reprendre la base SQLite dans FICHIER\u202f; la centrale doit être arrêtée.

    L’ancienne base reste à côté. Les postes relisent tout et renvoient ce qui manque à la copie.
    """
    from guichet.central.backup import restore as bring_back
    from guichet.config import clock

    aside = bring_back(file, _sqlite_file(folder, database), clock()())
    click.echo(_("La base de {file} est en place.").format(file=file))
    if aside is not None:
        click.echo(_("L’ancienne est gardée\u00a0: {aside}").format(aside=aside))


@click.command("new-epoch", cls=Command)
@where
def new_epoch(folder: Path | None, database: str | None) -> None:
    """Après une restauration de PostgreSQL, dire aux postes de tout relire.

    Ils renvoient alors ce qui manque à la base.
    """
    from guichet.central.registry import new_epoch as renew

    engine = created(folder, database)
    renew(engine)
    engine.dispose()
    click.echo(_("Les postes reliront tout à leur prochaine connexion."))


def _sqlite_file(folder: Path | None, database: str | None) -> Path:
    from guichet.store.engine import sqlite_file

    found = sqlite_file(_url(_folder(folder), database))
    if found is None:
        raise ConfigError(
            _(
                "Une base PostgreSQL se sauvegarde avec pg_dump ou pg_basebackup\u00a0: "
                "voir docs/operations.md."
            )
        )
    return found


COMMANDS = (init, migrate, serve, backup, restore, new_epoch)
"""What `guichet central` takes in."""
