import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import StatementError

from guichet.store import generate
from guichet.store.engine import reading, writing
from guichet.store.schema import METADATA

FAILURE = METADATA.tables["sign_in_failure"]


def test_the_schema_is_what_the_tables_make() -> None:
    assert generate.PATH.read_text(encoding="utf-8") == generate.source(), "run make schema"


@pytest.mark.parametrize(
    "module", ["guichet.station", "guichet.sync.client", "guichet.central.app"]
)
def test_what_runs_loads_only_what_it_needs(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ.copy(),
    )
    loaded = set(done.stdout.split())
    assert {module, "guichet.store.schema"} <= loaded
    assert loaded & {"sqlmodel", "sqlalchemy.orm", "guichet.store.tables"} == set()
    if module != "guichet.central.app":
        assert ("httpx" in loaded) is (module == "guichet.sync.client")
        assert loaded & {"pygments", "rich.progress"} == set()


def test_a_moment_comes_back_aware_and_in_utc(engine: Engine) -> None:
    paris = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    with writing(engine) as connection:
        connection.execute(insert(FAILURE).values(agent="CB1", failures=1, last_at=paris))
    with reading(engine) as connection:
        kept = connection.execute(select(FAILURE.c.last_at)).scalar_one()
        later = select(FAILURE.c.agent).where(FAILURE.c.last_at > paris - timedelta(seconds=1))
        assert connection.execute(later).scalar_one() == "CB1"
    assert kept == paris
    assert kept.tzinfo is UTC


def test_a_moment_without_its_offset_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 7, 1, 9, 30)  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError, match="offset"), writing(engine) as connection:
        connection.execute(insert(FAILURE).values(agent="CB1", failures=1, last_at=naive))
