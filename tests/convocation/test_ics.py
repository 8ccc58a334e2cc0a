"""The calendar file, read by rules written here from RFC 5545."""

import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.convocation import ics
from guichet.convocation.catalogue import Phrases
from guichet.domain.model import AppointmentStatus
from tests.convocation.outputs import APPOINTMENT, NOW, SITE

_ESCAPED = re.compile(r"\\(.)")
_BARE = re.compile(r"(?<!\\)(?:\\\\)*[,;]")


def properties(file: bytes) -> dict[str, str]:
    """The properties by their name, unfolded, texts as they were before they were escaped."""
    assert file.endswith(b"\r\n")
    lines = file.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    begin_end = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"]
    assert [line for line in lines if line.startswith(("BEGIN:", "END:"))] == begin_end
    found: dict[str, str] = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        if name in ("BEGIN", "END"):
            continue
        assert name not in found
        assert not _BARE.search(value), value
        found[name] = _ESCAPED.sub(lambda it: "\n" if it[1] in "nN" else it[1], value)
    return found


def test_the_event_says_where_and_when_and_how_to_be_recognised() -> None:
    assert properties(ics.event(APPOINTMENT, SITE, NOW)) == {
        "VERSION": "2.0",
        "PRODID": "-//guichet//guichet//FR",
        "UID": "0123456789abcdef@guichet",
        "SEQUENCE": "2",
        "DTSTAMP": "20261123T091500Z",
        "DTSTART": "20261124T084000Z",
        "DTEND": "20261124T090000Z",
        "STATUS": "CONFIRMED",
        "SUMMARY;LANGUAGE=fr": "Rendez-vous en préfecture",
        "LOCATION": "Préfecture de la Seine-Saint-Denis, Bobigny\n1 esplanade Jean-Moulin\n"
        "93007 Bobigny Cedex",
        "DESCRIPTION": "Référence\u00a0: 7K4Q-92XD-3\nApportez votre convocation.\n"
        "La prise de rendez-vous est gratuite. N’achetez jamais un rendez-vous.",
    }


def test_neither_the_person_nor_the_procedure_is_named() -> None:
    file = ics.event(APPOINTMENT, SITE, NOW).decode().replace("\r\n ", "")
    for secret in ("RENO", "sejour", "séjour", APPOINTMENT.person, APPOINTMENT.token, "M001"):
        assert str(secret) not in file


def test_a_cancelled_appointment_is_struck_out_and_a_moved_one_replaced() -> None:
    cancelled = dataclasses.replace(APPOINTMENT, status=AppointmentStatus.CANCELLED, revision=3)
    after = properties(ics.event(cancelled, SITE, NOW))
    before = properties(ics.event(APPOINTMENT, SITE, NOW))
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_an_hour_in_summer_is_in_universal_time() -> None:
    summer = dataclasses.replace(APPOINTMENT, starts_at=datetime(2026, 7, 1, 7, 40, tzinfo=UTC))
    assert properties(ics.event(summer, SITE, NOW))["DTSTART"] == "20260701T074000Z"


# Control characters have no escape.
texts = st.text(
    st.characters(include_characters="\n\t", exclude_categories=["Cs", "Cc"]), max_size=200
)


@given(texts, texts)
def test_any_text_comes_back_from_lines_of_75_octets(name: str, address: str) -> None:
    file = ics.event(APPOINTMENT, dataclasses.replace(SITE, name=name, address=address), NOW)
    for line in file.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
    assert properties(file)["LOCATION"] == f"{name}\n{address}"


def test_control_characters_are_left_out() -> None:
    site = dataclasses.replace(SITE, name="A\x00\x0bB\tC\x1f\x7f", address="D\r\nE\r")
    file = ics.event(APPOINTMENT, site, NOW)
    assert properties(file)["LOCATION"] == "AB\tC\nD\nE"
    # RFC 5545 §3.1: of the control characters, the tabulation alone, and CRLF at line ends.
    assert not set(re.findall(rb"[\x00-\x08\x0a-\x1f\x7f]", file.replace(b"\r\n", b"")))


def test_the_order_and_the_forms_of_the_standard() -> None:
    """RFC 5545 §3.6 and §3.8: what must be there, once, and how moments are written."""
    file = ics.event(APPOINTMENT, SITE, NOW)
    found = properties(file)
    names = [name.partition(";")[0] for name in found]
    assert {"VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART"} <= set(names)
    assert len(names) == len(set(names))
    assert "DURATION" not in names  # excludes DTEND
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", found[name])
    assert found["DTSTART"] < found["DTEND"]
    assert found["STATUS"] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    assert found["SEQUENCE"].isdigit()
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert file.index(b"VERSION") < file.index(b"BEGIN:VEVENT") < file.index(b"UID")


@pytest.mark.parametrize("lead", range(4))
def test_a_character_of_four_octets_is_never_cut(lead: int) -> None:
    name = "x" * lead + "\N{WORLD MAP}" * 60
    file = ics.event(APPOINTMENT, dataclasses.replace(SITE, name=name), NOW)
    lines = file.split(b"\r\n")
    assert max(len(line) for line in lines) > 71  # lines are filled
    for line in lines:
        line.decode()
    assert properties(file)["LOCATION"].startswith(name)


def test_the_person_s_language_follows_the_french() -> None:
    words = Phrases("ar", {"event.reference": "المرجع: {reference}", "all.free": "مجاني"})
    description = properties(ics.event(APPOINTMENT, SITE, NOW, words))["DESCRIPTION"]
    assert description.split("\n")[3:] == ["المرجع: 7K4Q-92XD-3", "مجاني"]


def test_the_file_is_named_by_the_reference(tmp_path: Path) -> None:
    path = ics.write(APPOINTMENT, SITE, NOW, tmp_path)
    assert path.name == "rendez-vous-7K4Q-92XD-3.ics"
    assert path.read_bytes() == ics.event(APPOINTMENT, SITE, NOW)


def test_what_central_has_not_confirmed_is_not_written() -> None:
    with pytest.raises(ValueError, match="not confirmed"):
        ics.event(dataclasses.replace(APPOINTMENT, token=None), SITE, NOW)
