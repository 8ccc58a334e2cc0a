"""The register of numéros étrangers, asked through central: whatever happens, nobody is refused."""

import pytest

from guichet.central.app import create_app
from guichet.central.existence import ask
from guichet.central.serve import running
from guichet.domain.foreigner_number import Existence
from tests.central.samples import Caller, furnish
from tests.servers import CentralUnderTest, Clock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KNOWN = "9301234567"


def register(number: str) -> Existence:
    if number.startswith("00"):
        raise TimeoutError
    return Existence.KNOWN if number == KNOWN else Existence.UNKNOWN


def test_a_fault_of_the_register_never_counts_against_the_person() -> None:
    assert ask(register, KNOWN) is Existence.KNOWN
    assert ask(register, "9300000000") is Existence.UNKNOWN
    assert ask(register, "0000000000") is Existence.UNAVAILABLE


@SQLITE
def test_stations_ask_through_central(central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine)
    given = central.enrol(1)
    with (
        running(create_app(central.engine, clock=clock, connector=register)) as url,
        Caller(url, given, clock()) as caller,
    ):
        for number, answer in (
            (KNOWN, "known"),
            ("9300000000", "unknown"),
            ("0" * 10, "unavailable"),
        ):
            said = caller.http.post("/v1/registry", json={"number": number})
            assert (said.status_code, said.json()) == (200, {"existence": answer})
        for wrong in ("930123456", "93012345678", "93O1234567", "٩٣٠١٢٣٤٥٦٧", ""):
            said = caller.http.post("/v1/registry", json={"number": wrong})
            assert said.status_code == 422
            assert wrong == "" or wrong not in said.text
        nobody = {"Authorization": ""}
        said = caller.http.post("/v1/registry", json={"number": KNOWN}, headers=nobody)
        assert said.status_code == 401


@SQLITE
def test_no_register_is_connected_today(central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine)
    with Caller(central.url, central.enrol(1), clock()) as caller:
        said = caller.http.post("/v1/registry", json={"number": KNOWN})
        assert said.json() == {"existence": "unavailable"}
