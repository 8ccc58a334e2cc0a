"""Settings shared by every test."""

import os

from hypothesis import settings

from tests.posts import template, world  # noqa: F401 - fixtures

# The keyring of whoever runs the tests is not theirs to fill; tests/keyrings.py has another.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# Two loaded cores make any deadline a coin toss.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")
