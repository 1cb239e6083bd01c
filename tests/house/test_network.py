"""The tests' own fence: nothing leaves this machine."""

import socket

import pytest


def test_other_machines_are_out_of_reach() -> None:
    """A test that forgot its fake must fail here, not succeed or hang somewhere else."""
    with socket.socket() as line, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        line.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"example\.invalid"):
        socket.getaddrinfo("example.invalid", 443)


def test_loopback_is_in_reach() -> None:
    """Fakes are real servers on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as line:
        line.connect(server.getsockname())
        assert line.getpeername() == server.getsockname()
