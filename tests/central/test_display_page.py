"""The page of calls run in Node.js: its script against the domain's rule, and the real central."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guichet.central import display
from guichet.domain.display import DeskCall, latest, opened, turned
from tests.central.samples import person, publish
from tests.central.test_display import PAGE, key, visit
from tests.servers import START, CentralUnderTest

__all__ = ["key"]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="runs the page's script in Node.js"
)

# The page's script against the domain's rule

TURNS = """
const days = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const said = (board, calls) => [
  board.current && name(board.current), board.rung,
  board.queue.map(name), latest(board, calls).map(name),
];
console.log(JSON.stringify(days.map((day) => {
  let board = opened(day[0][1]);
  return day.map(([now, calls]) => said(board = turned(board, calls, now), calls));
})));
"""

Day = list[tuple[int, list[DeskCall]]]


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Moments in milliseconds, and calls that come, are recalled, answered and taken back."""
    now, number, standing, told = 0, 100, list[DeskCall](), []
    step = st.tuples(
        st.integers(1, 9000), st.integers(0, 3), st.sampled_from("raut-"), st.integers(0)
    )
    for pause, news, what, which in draw(st.lists(step, min_size=1, max_size=15)):
        now += pause
        at = START + timedelta(milliseconds=now)
        if standing:
            one = which % len(standing)
            found = standing[one]
            changed = {
                "r": [replace(found, times=found.times + 1)],
                "a": [replace(found, awaited=False)],
                "t": [],
            }
            standing[one : one + 1] = changed.get(what, [found])
        fresh = [DeskCall(f"B{number + n}", "4", at, 1, awaited=True) for n in range(news)]
        standing, number = [*reversed(fresh), *standing], number + news
        told.append((now, list(standing)))
    return told


@settings(  # each example starts Node.js: none is spent on making a failure smaller
    max_examples=3,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(st.lists(days(), min_size=40, max_size=40))
def test_the_page_shows_what_the_rule_says(examples: list[Day]) -> None:
    script = PAGE.partition("<script>")[2].partition("// The page\n")[0]
    sent = [[(now, [_sent(call) for call in calls]) for now, calls in day] for day in examples]
    ran = subprocess.run(
        ["node", "-e", script + TURNS],
        input=json.dumps(sent), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(ran.stdout) == [_ruled(day) for day in examples]


def _sent(call: DeskCall) -> dict[str, Any]:
    moment = f"{call.at.timestamp()}/{call.times}"
    return {"ticket": call.ticket, "call": moment, "awaited": call.awaited}


def _name(call: DeskCall) -> str:
    return f"{call.ticket} {call.at.timestamp()}/{call.times}"


def _ruled(day: Day) -> list[list[Any]]:
    board, said = opened(day[0][1]), []
    for now, calls in day:
        board = turned(board, calls, START + timedelta(milliseconds=now))
        rung = None if board.rung is None else round((board.rung - START).total_seconds() * 1000)
        current = None if board.current is None else _name(board.current)
        others = [_name(each) for each in latest(board, calls)]
        said.append([current, rung, [_name(each) for each in board.queue], others])
    return said


# The whole script, in Node.js: the little of a browser that it asks for, and the real central

BROWSER = """
const [, base, key] = process.argv;
const elements = {};
const element = () => ({
  textContent: "", hidden: false, children: [], offsetWidth: 0, addEventListener() {},
  classList: {add() {}, remove() {}},
  append(...parts) { this.textContent = parts.map((part) => part.textContent).join(" "); },
  replaceChildren(...rows) { this.children = rows; },
});
globalThis.document = {
  getElementById: (id) => (elements[id] ??= element()), createElement: element,
};
globalThis.addEventListener = () => {};
globalThis.location = {pathname: "/display/1", hash: `#${key}`};
const ask = fetch;
globalThis.fetch = (path, options) => ask(base + path, options);
let said = "";
setInterval(() => {
  const {ticket, desk, calls, state} = elements;
  const last = (calls?.children ?? []).map((row) => row.textContent);
  const now = JSON.stringify([ticket?.textContent, desk?.textContent, last, state?.textContent]);
  if (now !== said) console.log(said = now);
}, 20);
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_follows_the_calls(central: CentralUnderTest, key: str) -> None:
    script = PAGE.partition("<script>")[2].partition("</script>")[0]
    with subprocess.Popen(
        ["node", "-e", BROWSER + script, central.url, key], stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout is not None
        try:
            _until(node.stdout, ["B101", "→ Guichet 4", [], ""])
            publish(central.engine, 1, visit("B102", 1, desk="12"))
            _until(node.stdout, ["B102", "→ Guichet 12", ["B101 → Guichet 4 09:00"], ""])
            publish(central.engine, 1, visit("B103", 2, desk="5"))  # its turn comes after B102's
            _until(
                node.stdout,
                ["B102", "→ Guichet 12", ["B103 → Guichet 5 09:02", "B101 → Guichet 4 09:00"], ""],
            )
            display.revoke_key(central.engine, 1)
            publish(central.engine, 1, person("p2"))
            while "plus valable" not in (said := node.stdout.readline()):
                assert said
        finally:
            node.kill()


def _until(lines: IO[str], wanted: list[Any]) -> None:
    """Read what the page shows until it is that; fails at the end, or after the test's time."""
    for line in lines:
        if json.loads(line) == wanted:
            return
    raise AssertionError(wanted)
