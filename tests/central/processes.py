"""`guichet central serve` as a program of its own."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Served:
    process: "subprocess.Popen[str]"
    url: str

    def workers(self) -> list[int]:
        """The processes that it has started."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in found.split()]


@contextlib.contextmanager
def served(database: str, folder: Path, *options: str) -> Iterator[Served]:
    words = [sys.executable, "-m", "guichet", "central", "serve", "--port", "0", *options]
    environment = {**os.environ, "GUICHET_DATABASE": database, "GUICHET_METRICS_TOKEN": "secret"}
    with subprocess.Popen(
        [*words, "--dir", str(folder)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"http\S+", process.stdout.readline())
            assert found is not None
            yield Served(process, found[0])
        finally:
            process.kill()
