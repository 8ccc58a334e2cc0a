"""Running central: as a program, or in a thread for the demonstration and tests."""

import asyncio
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from guichet.central import upgrade
from guichet.central.app import create_app
from guichet.central.slow import PromptProtocol
from guichet.config import clock
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.store.engine import open_engine

log = logging.getLogger(__name__)

GRACE = 5  # seconds that requests have to end once the server stops
_LAST_SECONDS = GRACE + 2
_YOUNG = 20_000  # objects: a request makes a few thousand, and leaves next to none in a circle
_STREAMS = 4096  # open files that a whole country's stations want, one each


class _Server(uvicorn.Server):
    """uvicorn, saying when it is ready and ending event streams before it waits for them."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._ready(self._url())

    async def shutdown(self, sockets: Any = None) -> None:
        # Stations whose stream ends ask at once what has happened: let none of them in any more.
        for listener in self.servers:
            listener.close()
        self._app.state.events.close()
        await super().shutdown(sockets)
        for late in list(self.server_state.connections):
            late.transport.abort()  # let in while the listeners closed, it would stay open
        await asyncio.sleep(0)

    def _url(self) -> str:
        return url_of(self.servers[0].sockets[0], tls=self.config.is_ssl)


def url_of(listener: Any, *, tls: bool) -> str:
    """The address that the listening socket answers at."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve(
    database_url: str,
    host: str = "127.0.0.1",
    port: int = 8460,
    *,
    ready: Callable[[str], None] | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the address once it answers.

    Port 0 takes a free one; a `listener` that listens already takes the place of host and port.
    Raises StoreError when the database cannot be opened, ConfigError when it must be migrated
    first, or the address or the certificate cannot be used.
    """
    warn_without_tls(host, tls=tls_cert is not None)
    allow_many_streams()
    engine = open_engine(database_url)
    now = clock()
    options = {"ssl_certfile": tls_cert, "ssl_keyfile": tls_key}
    try:
        upgrade.prepare(engine, now())
        app = create_app(engine, clock=now)
        gc.freeze()  # what is there now stays: looking through it again would hold answers up
        gc.set_threshold(_YOUNG)
        server = _server(app, host, port, ready or (lambda _url: None), **options)
        server.run(None if listener is None else [listener])
    except KeyboardInterrupt:
        log.info(_("Arrêt de la centrale."))
    except SystemExit as error:  # how uvicorn says that it could not listen
        raise ConfigError(unusable(host, port)) from error
    except OSError as error:
        raise ConfigError(
            _("Le certificat ou sa clé est illisible\u00a0: {cause}.").format(cause=error.strerror)
        ) from error
    finally:
        engine.dispose()


@contextmanager
def running(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Central in a thread of this process, meanwhile; its address.

    `app` is one of guichet.central.app.create_app. Raises ConfigError when it cannot listen there.
    """
    addresses: list[str] = []
    settled = threading.Event()

    def ready(url: str) -> None:
        addresses.append(url)
        settled.set()

    server = _server(app, host, port, ready)

    def run() -> None:
        try:
            server.run()
        except SystemExit:
            log.warning(unusable(host, port))
        finally:
            settled.set()

    thread = threading.Thread(target=run, name="guichet-central", daemon=True)
    thread.start()
    settled.wait()
    if not addresses:
        thread.join()
        raise ConfigError(unusable(host, port))
    try:
        yield addresses[0]
    finally:
        server.should_exit = True
        thread.join()


def _server(
    app: FastAPI, host: str, port: int, ready: Callable[[str], None], **options: Any
) -> _Server:
    # It would write down what persons are searched by.
    logging.getLogger("uvicorn.access").disabled = True
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        http=PromptProtocol,
        ws="none",
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
        **options,
    )
    return _Server(config, app, ready)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def warn_without_tls(host: str, *, tls: bool) -> None:
    """Log that persons' data would cross the network in clear, when they would."""
    if not tls and not _is_loopback(host):
        log.warning(
            _(
                "La centrale écoute sur {host} sans TLS\u00a0: les données des usagers circulent "
                "en clair. Donnez --tls-cert et --tls-key, ou placez un serveur mandataire devant."
            ).format(host=host)
        )


def allow_many_streams() -> None:
    """Let this process open as many files as the system allows: each listening station takes one.

    Logs when that is too few.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < _STREAMS:
        log.warning(
            _(
                "Le système ne laisse ouvrir que {hard} fichiers\u00a0: autant de postes au plus "
                "seront prévenus aussitôt. Relevez LimitNOFILE (voir docs/operations.md)."
            ).format(hard=hard)
        )


def unusable(host: str, port: int) -> str:
    """The sentence for an address that cannot be listened at."""
    return _(
        "La centrale ne peut pas écouter sur {host}, port {port}. "
        "Vérifiez l’adresse, et qu’aucun autre programme n’occupe ce port."
    ).format(host=host, port=port)


def stop_with_stdin() -> None:
    """End this process once nobody holds its standard input open: its parent is gone."""

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock would hang the interpreter's end
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_LAST_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="stdin", daemon=True).start()
