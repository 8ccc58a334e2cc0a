"""Ticket numbers that no two stations of a site can both give, even without a network."""

STRIDE = 20
MOST_STATIONS = STRIDE - 1

UNKNOWN_LANE = "X"
"""The lane of those of whom it is not known what they come for."""

MOST_PEOPLE = 20
"""Who come together on one ticket: more of them is a mistake of a key."""

_BLOCK = 99


def ticket(lane: str, station_number: int, sequence: int) -> str:
    """The number of a ticket, as B201: lane B, station 2, first ticket.

    `lane` is the lane's letter, A-Z. `station_number` counts the site's stations from 1, and
    `sequence` the tickets that this station gave in this lane today, from 1. Station n owns the
    numbers n01-n99, then those of n + 20, n + 40 and so on: B299 is followed by B2201.
    Raises ValueError for anything else.
    """
    if len(lane) != 1 or not "A" <= lane <= "Z":
        raise ValueError(f"a lane is one letter A-Z, not {lane!r}")
    if not 1 <= station_number <= MOST_STATIONS:
        raise ValueError(f"a station's number is 1-{MOST_STATIONS}, not {station_number}")
    if sequence < 1:
        raise ValueError(f"a sequence starts at 1, not {sequence}")
    block, place = divmod(sequence - 1, _BLOCK)
    return f"{lane}{(station_number + STRIDE * block) * 100 + place + 1}"


def place_of(ticket: str, lane: str, station_number: int) -> int:
    """Which ticket of that station in that lane it is, from 1; 0 when it is none of those."""
    if ticket[:1] != lane or not (ticket[1:].isascii() and ticket[1:].isdecimal()):
        return 0
    hundreds, place = divmod(int(ticket[1:]), _BLOCK + 1)
    block, station = divmod(hundreds, STRIDE)
    return block * _BLOCK + place if station == station_number and place else 0


def is_of(ticket: str, station_number: int) -> bool:
    """Whether that station of the site has given the ticket."""
    return place_of(ticket, ticket[:1], station_number) > 0
