from tests.posts import template, world  # noqa: F401
