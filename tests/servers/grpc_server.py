# SPDX-License-Identifier: MIT OR Apache-2.0
"""A server of gRPC: grpc_server.py PORT_FILE, run by python3, or a part of a client program.

Its methods deal in bytes, so that no description of types is needed.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc


def upper(request, _):
    """The request in capitals, after half a second."""
    time.sleep(0.5)
    return request.upper()


def spell(request, _):
    """The request byte by byte, one each tenth of a second."""
    for letter in request:
        time.sleep(0.1)
        yield bytes([letter])


def double(requests, _):
    """Each request twice."""
    for request in requests:
        yield request
        yield request


METHODS = {
    "Upper": grpc.unary_unary_rpc_method_handler(upper),
    "Spell": grpc.unary_stream_rpc_method_handler(spell),
    "Double": grpc.stream_stream_rpc_method_handler(double),
}


def start():
    """A server that runs, and its port."""
    server = grpc.server(ThreadPoolExecutor(60))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Words", METHODS)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


if __name__ == "__main__":
    server, port = start()
    path = Path(sys.argv[1])
    path.with_suffix(".new").write_text(str(port))
    path.with_suffix(".new").rename(path)
    server.wait_for_termination()
