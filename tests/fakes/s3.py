"""An S3 service on loopback: moto's server, with an empty bucket whenever a test asks for one."""

import itertools
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from moto.server import ThreadedMotoServer


class S3:
    """A running service; `settings` are what a client needs to reach it."""

    def __init__(self, endpoint: str) -> None:
        self.settings = {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint,
        }
        self._endpoint = endpoint
        self._numbers = itertools.count(1)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"bucket-{next(self._numbers)}"
        order = urllib.request.Request(f"{self._endpoint}/{name}", method="PUT")
        with self._opener.open(order) as answer:
            answer.read()
        return name


@contextmanager
def running() -> Iterator[S3]:
    """Run the service as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3(f"http://{host}:{port}")
    finally:
        server.stop()
