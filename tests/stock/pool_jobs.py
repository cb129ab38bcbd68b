# SPDX-License-Identifier: MIT OR Apache-2.0
# urllib, in a ThreadPoolExecutor, calls a server of threads in the same process.
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import make_server

from meet import JOBS, app
from wsgiref_server_class import Handler, Server

server = make_server("127.0.0.1", 0, app, Server, Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/"


def call(_number):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


with ThreadPoolExecutor(JOBS) as pool:
    answers = list(pool.map(call, range(JOBS)))
print(len(answers), *set(answers))
