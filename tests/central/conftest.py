from tests.central.sites import callers  # noqa: F401
from tests.databases import database_url, engine  # noqa: F401
from tests.servers import central, clock  # noqa: F401
