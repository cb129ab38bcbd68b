# SPDX-License-Identifier: MIT OR Apache-2.0
import logging

from meet import JOBS, app, tell
from waitress import create_server

# It warns of requests that wait for a thread.
logging.getLogger("waitress").setLevel(logging.CRITICAL)
server = create_server(
    app, host="127.0.0.1", port=0, threads=JOBS, connection_limit=2 * JOBS, backlog=JOBS
)
tell(server.effective_port)
server.run()
