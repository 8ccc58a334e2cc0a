from tests.screens.apps import morning  # noqa: F401
