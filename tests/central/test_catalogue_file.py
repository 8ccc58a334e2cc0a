"""The file of a catalogue: read, refused with everything that is wrong, and written out."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.central import catalogue_file
from guichet.central.catalogue_file import Bad, Catalogue, Reason, ordered, read, to_toml
from guichet.cli_catalogue import EXPECTED
from guichet.domain.model import Procedure, Site
from guichet.domain.turn import TurnRules
from guichet.errors import ConfigError

lines = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40
).filter(lambda text: text == text.strip())
minutes = st.integers(5, 240)
sites = st.builds(
    Site,
    number=st.integers(1, 65535),
    name=lines,
    address=st.lists(lines, min_size=1, max_size=4).map("\n".join),
    time_zone=st.sampled_from(["Europe/Paris", "America/Cayenne", "Pacific/Noumea"]),
    early_minutes=minutes,
    late_minutes=minutes,
    turns=st.builds(TurnRules, minutes, minutes, minutes, st.integers(0, 20)),
    closes=st.none() | st.times().map(lambda at: f"{at:%H:%M}"),
    tension=minutes,
)
procedures = st.builds(
    Procedure,
    code=st.from_regex("[A-Z0-9]{1,12}", fullmatch=True),
    label=lines,
    family=st.from_regex("[a-z0-9_]{1,30}", fullmatch=True),
    minutes=minutes,
    lane=st.sampled_from("ABCYZ"),
    number_required=st.booleans(),
    channel_note=st.just("") | lines,
    documents=st.lists(lines, max_size=5, unique=True).map(tuple),
    renewal=st.booleans(),
)
catalogues = st.builds(
    lambda s, p: ordered(Catalogue(tuple(s), tuple(p))),
    st.lists(sites, min_size=1, max_size=4, unique_by=lambda each: each.number),
    st.lists(procedures, min_size=1, max_size=4, unique_by=lambda each: each.code),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "catalogue.toml"
    path.write_text(text, "utf-8")
    return path


@settings(max_examples=40)
@given(made=catalogues)
def test_what_is_written_out_reads_the_same(
    made: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.toml"
    path.write_bytes(to_toml(made).encode())
    assert read(path) == made


def test_what_is_not_said_has_its_default_and_a_windows_file_is_read(tmp_path: Path) -> None:
    text = """\
[[sites]]
number = 7
name = " Valmont "
address = '''
3 place des Tilleuls
99000 Valmont
'''
early_minutes = 20
late_minutes = 10
turns.calls = 0
[[procedures]]
code = "A1"
label = "Accueil"
family = "accueil"
minutes = 5
lane = "A"
number_required = false
documents = []
"""
    path = tmp_path / "catalogue.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    site = Site(7, "Valmont", "3 place des Tilleuls\n99000 Valmont", "Europe/Paris", 20, 10)
    procedure = Procedure("A1", "Accueil", "accueil", 5, "A", False, "", ())
    expected = Catalogue((replace(site, turns=TurnRules(calls=0)),), (procedure,))
    assert read(path) == expected


def test_everything_that_is_wrong_is_told(tmp_path: Path) -> None:
    text = """\
[[procedures]]
code = "reno"
label = "a\\nb"
family = "Séjour"
minutes = 0
lane = "X"
number_required = 1
documents = ["Passeport", "Passeport", ""]
[[sites]]
number = 1
name = "  "
early_minutes = "3"
late_minutes = true
closes = 17:30:00
turns = {walk_in = -1, walkin = 3}
time_zone = "Europe/Valmont"
[[sites]]
number = 1
name = "Un"
address = "1 rue"
early_minutes = 3
late_minutes = 241
[sities]
"""
    told = read(written(tmp_path, text))
    assert told == [
        Bad("sites", "1", 1, "name", Reason.VALUE, '"  "'),
        Bad("sites", "1", 1, "address", Reason.MISSING),
        Bad("sites", "1", 1, "time_zone", Reason.VALUE, '"Europe/Valmont"'),
        Bad("sites", "1", 1, "early_minutes", Reason.VALUE, '"3"'),
        Bad("sites", "1", 1, "late_minutes", Reason.VALUE, "true"),
        Bad("sites", "1", 1, "closes", Reason.VALUE, '"17:30:00"'),
        Bad("sites", "1", 1, "turns.walk_in", Reason.VALUE, "-1"),
        Bad("sites", "1", 1, "turns.walkin", Reason.UNKNOWN),
        Bad("sites", "1", 2, "late_minutes", Reason.VALUE, "241"),
        Bad("sites", "1", 2, "number", Reason.TWICE, "1"),
        Bad("procedures", "reno", 1, "code", Reason.VALUE, '"reno"'),
        Bad("procedures", "reno", 1, "label", Reason.VALUE, '"a\\nb"'),
        Bad("procedures", "reno", 1, "family", Reason.VALUE, '"Séjour"'),
        Bad("procedures", "reno", 1, "minutes", Reason.VALUE, "0"),
        Bad("procedures", "reno", 1, "lane", Reason.VALUE, '"X"'),
        Bad("procedures", "reno", 1, "number_required", Reason.VALUE, "1"),
        Bad("procedures", "reno", 1, "documents", Reason.VALUE, '""'),
        Bad("procedures", "reno", 1, "documents", Reason.TWICE, '"Passeport"'),
        Bad("sities", "", 0, "", Reason.UNKNOWN),
    ]
    assert read(written(tmp_path, "sites = 3\nprocedures = [1]\n")) == [
        Bad("sites", "", 0, "", Reason.VALUE, "3"),
        Bad("procedures", "", 1, "", Reason.VALUE, "1"),
    ]
    assert read(written(tmp_path, "sites = []\n")) == [
        Bad("sites", "", 0, "", Reason.VALUE),
        Bad("procedures", "", 0, "", Reason.MISSING),
    ]


@pytest.mark.parametrize("content", [b"[[sites]\n", b"a = 1\na = 2\n", "é".encode("latin-1")])
def test_what_is_no_toml_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="TOML"):
        read(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(ConfigError, match=f"{path} ne peut pas être ouvert"):
            read(path)


def test_the_file_takes_what_the_model_has_and_the_command_explains_it() -> None:
    for kind, model, entry in (
        ("sites", Site, catalogue_file._Site),
        ("procedures", Procedure, catalogue_file._Procedure),
    ):
        assert set(entry.model_fields) == set(model.__dataclass_fields__)
        assert set(entry.model_fields) <= EXPECTED[kind].keys()
    assert {f"turns.{name}" for name in TurnRules.__dataclass_fields__} <= EXPECTED["sites"].keys()
