"""Settings shared by every test."""

import gc
import os

from hypothesis import settings

from tests import sheets
from tests.posts import template, world  # noqa: F401 - fixtures

# Looking for garbage among what imports and collection make took a quarter of the suite's time:
# as in guichet itself, they stay and are not looked through again.
gc.disable()
sheets.remember()

# The keyring of whoever runs the tests is not theirs to fill; tests/keyrings.py has another.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# Two loaded cores make any deadline a coin toss.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")


def pytest_collection_finish() -> None:
    """Look for garbage from now on, seldom: a test makes many objects that live as long as it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
