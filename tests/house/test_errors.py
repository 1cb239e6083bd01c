"""Errors cross processes and are stored: they must arrive as they left."""

import pickle

import pytest

from pipeline.ports import errors
from pipeline.ports.errors import Trouble
from storage.errors import StorageError


def _family(parent: type[Exception]) -> list[type[Exception]]:
    return [parent] + [kind for child in parent.__subclasses__() for kind in _family(child)]


def test_there_are_seven_ways_to_say_no() -> None:
    """Each class changes what happens next; an eighth needs a place in the engine first."""
    own = {kind.__name__ for kind in _family(Trouble) if kind.__module__ == errors.__name__}
    assert own - {"Trouble"} == {"Busy", "Unsure", "Failed", "Refused", "BadInput", "NoAccess", "Surprise"}


@pytest.mark.parametrize("kind", _family(Trouble) + _family(StorageError), ids=lambda kind: kind.__name__)
def test_errors_survive_pickling(kind: type[Trouble] | type[StorageError]) -> None:
    """A worker process hands its error over by pickling; key, fields and cause must not be lost."""
    there = pickle.loads(pickle.dumps(kind("photo.empty", {"name": "a.jpg"}, "cause")))
    assert type(there) is kind
    assert (there.key, there.fields, there.cause) == ("photo.empty", {"name": "a.jpg"}, "cause")


@pytest.mark.parametrize("kind", _family(Trouble) + _family(StorageError), ids=lambda kind: kind.__name__)
def test_a_key_alone_is_enough(kind: type[Trouble] | type[StorageError]) -> None:
    """Fields and cause are optional, and still there to be read."""
    there = pickle.loads(pickle.dumps(kind("photo.empty")))
    assert (there.key, there.fields, there.cause) == ("photo.empty", {}, "")
