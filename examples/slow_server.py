# SPDX-License-Identifier: MIT OR Apache-2.0
"""Serve a directory as `python3 -m http.server` does, but as slowly as a far-away server.

    slow_server.py DIRECTORY SECONDS

The address is printed on the first line. The server stops when its standard input closes, so
it never outlives the program that started it, however that program ends.
"""

import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SlowHandler(SimpleHTTPRequestHandler):
    """The stock file server, with a wait before each answer."""

    delay = 0.0

    def send_head(self) -> Any:
        time.sleep(self.delay)
        return super().send_head()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the client reports what it found."""


class Server(ThreadingHTTPServer):
    # The stock backlog of 5 drops connections when hundreds of clients arrive together.
    request_queue_size = 1024


def main() -> None:
    directory, delay = sys.argv[1], float(sys.argv[2])
    SlowHandler.delay = delay
    with Server(("127.0.0.1", 0), partial(SlowHandler, directory=directory)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            pass  # Ctrl-C in a terminal stops us as quietly.


if __name__ == "__main__":
    main()
