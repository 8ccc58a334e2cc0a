from tests.posts import template, world  # noqa: F401
from tests.screens.apps import morning  # noqa: F401
