from itertools import chain, combinations

import pytest

from guichet.domain.model import Agent, Role
from guichet.domain.rights import ALLOWED, may, modes
from tests.domain.test_operations import KINDS

BOOKING = {
    *("hold", "release", "register", "book", "move", "cancel"),
    *("present", "withdraw_accord", "record_demand", "answer_offer"),
}
RECEIVING = {
    "check_in", "undo_check_in", "mark_absent", "undo_absent", "call", "start", "complete",
    "note_scan", "note_identity",
    "file_report", "recall", "miss", "park", "redirect", "undo_step", "set_desk",
}  # fmt: skip
STEERING = {"set_openings", "set_closure"}
ROLE_SETS = list(chain.from_iterable(combinations(Role, n) for n in range(4)))


def agent(*roles: Role, active: bool = True) -> Agent:
    return Agent("MARTIN", "Martin", 93, roles, "", active)


def test_every_operation_has_its_roles() -> None:
    assert set(ALLOWED) == KINDS == BOOKING | RECEIVING | STEERING | {"settle"}
    assert ALLOWED["settle"] == frozenset(Role)  # whoever finds the conflict


@pytest.mark.parametrize("roles", ROLE_SETS)
@pytest.mark.parametrize("kind", sorted(BOOKING | RECEIVING))
def test_each_role_may_do_its_own(roles: tuple[Role, ...], kind: str) -> None:
    own = Role.MEDIATOR if kind in BOOKING else Role.COUNTER
    assert may(agent(*roles), kind, 93) is (own in roles or Role.SUPERVISOR in roles)


@pytest.mark.parametrize("roles", ROLE_SETS)
@pytest.mark.parametrize("kind", sorted(STEERING))
def test_only_a_supervisor_steers(roles: tuple[Role, ...], kind: str) -> None:
    assert may(agent(*roles), kind, 93) is (Role.SUPERVISOR in roles)


@pytest.mark.parametrize("kind", sorted(BOOKING | RECEIVING | STEERING))
def test_nobody_acts_elsewhere_or_after_leaving(kind: str) -> None:
    assert not may(agent(*Role), kind, 94)
    assert not may(agent(*Role, active=False), kind, 93)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), ()),
        ((Role.MEDIATOR,), (Role.MEDIATOR,)),
        ((Role.COUNTER,), (Role.COUNTER,)),
        ((Role.COUNTER, Role.MEDIATOR), (Role.COUNTER, Role.MEDIATOR)),
        ((Role.SUPERVISOR,), (Role.SUPERVISOR, Role.COUNTER, Role.MEDIATOR)),
        ((Role.MEDIATOR, Role.SUPERVISOR), (Role.SUPERVISOR, Role.COUNTER, Role.MEDIATOR)),
    ],
)
def test_modes(roles: tuple[Role, ...], expected: tuple[Role, ...]) -> None:
    assert modes(agent(*roles)) == expected


@pytest.mark.parametrize("roles", ROLE_SETS)
def test_every_mode_opened_has_something_to_do(roles: tuple[Role, ...]) -> None:
    for mode in modes(agent(*roles)):
        of_mode = {kind for kind, allowed in ALLOWED.items() if mode in allowed}
        assert of_mode
        assert all(may(agent(*roles), kind, 93) for kind in of_mode)
