"""Real photographs of codes, where they lie beside the repository, and how many a reader reads."""

import csv
import importlib.util
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guichet.scanner.frames import Frame

PHOTOS = next(
    (
        folder / "shared" / "qr-photos"
        for folder in Path(__file__).parents
        if (folder / "shared" / "qr-photos" / "manifest.csv").exists()
    ),
    None,
)
"""None where they are absent: they are not part of this repository."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of `photos`, those of which a text is read, wrong texts given, and the time it took."""

    photos: int
    read: int
    wrong: int
    seconds: float
    """Processor time of this process."""

    @property
    def missed(self) -> float:
        """Percent of all photographs; one nobody could label counts."""
        return 100 * (1 - self.read / self.photos)

    @property
    def mean(self) -> float:
        """Milliseconds a photograph."""
        return 1000 * self.seconds / self.photos


def score(photos: Path, read: Callable[[Frame], list[str]]) -> Score:
    """How a reader fares, counted as the photographs' own scorer counts."""
    scorer = _scorer(photos)
    count = good = wrong = 0
    seconds = 0.0
    for picture, expected in _labelled(photos, scorer):
        began = time.process_time()
        texts = read(picture)
        seconds += time.process_time() - began
        count += 1
        good += any(scorer.forms(text) & text_forms for text in texts for text_forms in expected)
        if expected:
            wrong += sum(
                not any(scorer.forms(text) & known for known in expected) for text in texts
            )
    return Score(count, good, wrong, seconds)


def _labelled(photos: Path, scorer: Any) -> Iterator[tuple[Frame, list[set[str]]]]:
    """Each picture, with the ways of writing each text it is known to hold."""
    with (photos / "manifest.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            first = row["expected"]
            known = json.loads(row["expected_all"] or "[]") or ([first] if first else [])
            expected = [{scorer.norm(text)} for text in known]
            if first.startswith("sha256:"):
                expected[0].add(first)
            yield scorer.load(str(photos / row["file"]), bgr=False), expected


def _scorer(photos: Path) -> Any:
    found = importlib.util.spec_from_file_location("score", photos / "score.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
