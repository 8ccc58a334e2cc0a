import threading

import pytest

from guichet.screens.turns import Answer, Turns


def test_calls_are_made_one_at_a_time_in_the_order_asked() -> None:
    turns: Turns[int] = Turns()
    made: list[int] = []
    busy = threading.Lock()

    def call(number: int) -> int:
        assert busy.acquire(blocking=False)
        made.append(number)
        busy.release()
        return number

    for number in range(200):
        turns.ask(lambda number=number: call(number), str(number))  # type: ignore[misc]
    answers: list[Answer[int]] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(turns.make() for _ in range(25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == list(range(200))
    assert sorted(answers) == [Answer(n + 1, str(n), n) for n in range(200)]


def test_a_call_that_fails_leaves_the_line_open() -> None:
    turns: Turns[int] = Turns()
    turns.ask(lambda: 1 // 0, "first")
    turns.ask(lambda: 2, "second")
    with pytest.raises(ZeroDivisionError):
        turns.make()
    assert turns.make() == Answer(2, "second", 2)
