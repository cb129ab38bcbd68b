# SPDX-License-Identifier: MIT OR Apache-2.0
# The server and the client of the standard library, as they are: fifty requests at a time, each of
# which the server answers when all have come.
# hooks: accept4 connect recv send
# expect: 50 answers, 50 at once
import http.server
import urllib.request

import greenhost

COUNT = 50
waiting, most, everybody = 0, 0, greenhost.Promise()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global waiting, most
        waiting += 1
        most = max(most, waiting)
        if waiting == COUNT:
            everybody.set_result(None)
        greenhost.await_(everybody)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_):
        pass


class Server(http.server.HTTPServer):
    request_queue_size = COUNT

    def process_request(self, request, address):
        greenhost.spawn(self.handle_one, request, address)

    def handle_one(self, request, address):
        self.finish_request(request, address)
        self.shutdown_request(request)


def fetch(number):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{number}") as answer:
        return answer.read() == b"/%d" % number


def serve():
    for _ in range(COUNT):
        server.process_request(*server.get_request())


server = Server(("127.0.0.1", 0), Handler)
tasks = [greenhost.spawn(serve)] + [greenhost.spawn(fetch, number) for number in range(COUNT)]
print(sum(task.result() is True for task in tasks), "answers,", most, "at once")
