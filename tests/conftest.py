"""Settings shared by every test."""

from hypothesis import settings

# Two loaded cores make any deadline a coin toss.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")
