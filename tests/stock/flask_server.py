# SPDX-License-Identifier: MIT OR Apache-2.0
import logging

from flask import Flask
from meet import meet, tell
from werkzeug.serving import make_server

application = Flask("stock")
application.route("/")(meet)
logging.getLogger("werkzeug").disabled = True
server = make_server("127.0.0.1", 0, application, threaded=True)
tell(server.port)
server.serve_forever()
