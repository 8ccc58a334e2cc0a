"""Whom to believe that it is central: the certificates this computer trusts."""

import ssl


def trusted(url: str) -> ssl.SSLContext | bool:
    """The computer's own certificates, an administration's among them; nothing without TLS.

    SSL_CERT_FILE and SSL_CERT_DIR take their place where they are set. They weigh 2 MiB.
    """
    return False if url.startswith("http://") else ssl.create_default_context()


def not_trusted(error: BaseException | None) -> bool:
    """Whether a connection failed because nobody this computer trusts vouches for central."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
