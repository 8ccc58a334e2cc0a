"""Settings shared by every test."""

from hypothesis import settings

from tests.posts import template, world  # noqa: F401 - fixtures

# Two loaded cores make any deadline a coin toss.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")
