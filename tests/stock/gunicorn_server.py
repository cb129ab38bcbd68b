# SPDX-License-Identifier: MIT OR Apache-2.0
from gunicorn.app.base import BaseApplication
from meet import JOBS, app, tell


class Application(BaseApplication):
    def load_config(self):
        settings = {
            "bind": "127.0.0.1:0",
            "worker_class": "gthread",
            "threads": JOBS,
            "worker_connections": 2 * JOBS,
            "backlog": JOBS,
            "timeout": 60,
            "loglevel": "critical",
            "when_ready": lambda arbiter: tell(arbiter.LISTENERS[0].sock.getsockname()[1]),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):
        return app


Application().run()
