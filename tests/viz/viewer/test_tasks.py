"""Work in the background: the newest request counts, faults are told, the end is orderly."""

from __future__ import annotations

import threading
import time

import pytest

from viz.viewer.tasks import NewestOnly


@pytest.fixture
def tasks():
    """Ended with the test."""
    made = NewestOnly()
    yield made
    made._end()


def results(tasks):
    while tasks.busy:
        time.sleep(0.005)
    return tasks.finished()


class TestNewestOnlyLaw:
    def test_a_newer_request_replaces_one_that_waits(self, tasks):
        gate = threading.Event()
        tasks.ask("gate", None, gate.wait)
        for k in range(5):
            tasks.ask("number", k, lambda k=k: k)
        tasks.ask("word", "w", lambda: "said")
        gate.set()
        assert results(tasks)[1:] == [("number", 4, 4), ("word", "w", "said")]

    def test_a_refusal_is_a_result(self, tasks):
        def refuse():
            raise ValueError("no such thing")

        tasks.ask("wrong", None, refuse)
        ((_kind, _tag, error),) = results(tasks)
        assert str(error) == "no such thing"

    def test_the_end_waits_for_what_runs_and_takes_no_more(self, tasks):
        done = []
        tasks.ask("slow", None, lambda: (time.sleep(0.1), done.append(1)))
        while not tasks._running:
            time.sleep(0.001)
        tasks.ask("never", None, lambda: done.append(2))
        tasks._end()
        assert done == [1]
        assert not tasks._thread.is_alive()

    def test_threads_that_cannot_be_begun_at_the_end_are_no_fault(self, tasks):
        def late():
            tasks.close()
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")

        tasks.ask("late", None, late)
        tasks._thread.join(5.0)
        assert not tasks._thread.is_alive()
        assert tasks.finished() == []
