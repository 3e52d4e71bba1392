"""Whether somebody listens at a port of this machine."""

from __future__ import annotations


def is_free(port: int) -> bool:
    """Whether a program could listen at `port`, on every address."""
    import socket

    families = [(socket.AF_INET, "0.0.0.0")]
    if socket.has_ipv6:
        families.append((socket.AF_INET6, "::"))
    for family, address in families:
        try:
            probe = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue  # this machine has no such addresses
        with probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind((address, port))
            except OSError as exc:
                if exc.errno != _no_address():
                    return False
    return True


def _no_address() -> int:
    import errno

    return errno.EADDRNOTAVAIL
