"""Convocations whose key is not simply good, and people who are here already, at the counter."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from textual.widgets import Input

from guichet.convocation import token
from guichet.domain.claims import Claims
from guichet.domain.keys import PublicKey
from guichet.domain.verdicts import BELLS, Tone
from guichet.store.engine import writing
from guichet.store.records import put
from tests.personas.desks import words
from tests.posts import World
from tests.screens.counter_post import Counter, at_counter

YEAR = timedelta(days=365)
UNKNOWN = "00000000000000bb"


def signer(counter: Counter, start: timedelta, revoked: datetime | None = None) -> "Signer":
    """A key of central's that begins `start` from now and lasts a year, known to the station."""
    kid, private, public = token.new_key()
    begins = counter.station.now() + start
    key = PublicKey(kid, public.hex(), begins, begins + YEAR, revoked)
    with writing(counter.station._core.engine) as connection:
        put(connection, key)
    return Signer(kid, private)


class Signer:
    def __init__(self, kid: str, private: bytes) -> None:
        self.kid, self.private = kid, private

    def paper(self, appointment: str, starts_at: datetime) -> str:
        claims = Claims(appointment, 1, 1, starts_at, b"\1\2\3\4")
        return token.sign(claims, self.kid, self.private)


async def scan(counter: Counter, text: str) -> None:
    """As a keyboard scanner does."""
    counter.screen.query_one("#entry", Input).value = text
    await counter.pilot.press("enter")


async def test_keys_that_have_ended_or_not_begun_or_are_revoked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        now = counter.station.now().replace(microsecond=0)
        assert row.starts_at is not None
        known = row.appointment or ""

        early = signer(counter, timedelta(days=2))
        await scan(counter, early.paper(known, row.starts_at))
        view = await counter.sees("Date à vérifier")
        assert (view.level, view.ticket) == ("warn", "")

        revoked = signer(counter, -YEAR / 2, now)
        await scan(counter, revoked.paper(UNKNOWN, now))
        view = await counter.sees("Clé retirée")
        assert (view.level, view.sign) == ("bad", "✗")
        assert "Référence" not in words(view)  # nothing on that paper is believed

        await scan(counter, revoked.paper(known, now + YEAR))
        await counter.see(lambda: counter.view.level == "warn")
        assert (counter.view.word, counter.view.name) == ("Clé retirée", row.name)

        ended = signer(counter, -2 * YEAR)
        await scan(counter, ended.paper(UNKNOWN, now))
        view = await counter.sees("Ancienne clé")
        assert view.level == "warn"
        await counter.see(lambda: counter.screen.query_one("#entry", Input).value == "")
        await counter.pilot.press("enter")
        assert (await counter.sees("Admis")).ticket.startswith("X")
        await scan(counter, ended.paper(known, row.starts_at))
        assert (await counter.sees("Attendu")).name == row.name  # printed before: good as ever


async def test_who_is_here_already_is_told_how_far_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        paper = counter.token_of(row)
        await scan(counter, paper)
        ticket = (await counter.sees("Attendu")).ticket
        visit = counter.row(row.appointment or "").visit or ""
        await scan(counter, paper)
        assert (await counter.sees("Déjà arrivé")).ticket == ticket
        assert counter.station.calling.call(visit, "7") is None
        await scan(counter, paper)
        view = await counter.sees("Déjà appelé")
        assert (view.level, view.ticket) == ("warn", ticket)
        assert "Appelé au guichet 7" in view.lines
        assert counter.station.calling.start(visit) is None
        await scan(counter, paper)
        view = await counter.sees("Déjà au guichet")
        assert "Reçu au guichet 7" in view.lines
        assert counter.station.calling.finish(visit, "served") is None
        await scan(counter, paper)
        view = await counter.sees("Déjà reçu")
        assert any(line.startswith("Passage terminé à") for line in view.lines)
        assert view.ticket == ""


async def test_the_bell_rings_as_the_table_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        rung: list[int] = []
        monkeypatch.setattr(counter.pilot.app, "bell", lambda: rung.append(1))
        expected = counter.token_of(counter.expected(-29, 14))
        late = counter.token_of(counter.expected(16, 600))
        for tone, text in ((Tone.BAD, "not ours"), (Tone.WARN, late), (Tone.OK, expected)):
            await scan(counter, f"G1:{text}" if tone is Tone.BAD else text)
            await counter.see(partial(level_is, counter, tone))
            over: list[int] = []
            counter.screen.set_timer(1.2, partial(over.append, 1))  # longer than three bells
            await counter.see(partial(len, over))
            assert len(rung) == BELLS[tone], tone
            rung.clear()


def level_is(counter: Counter, tone: Tone) -> bool:
    return counter.view.level == tone.value
