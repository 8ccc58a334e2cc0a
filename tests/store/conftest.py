from tests.databases import database_url, engine  # noqa: F401
