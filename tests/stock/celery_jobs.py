# SPDX-License-Identifier: MIT OR Apache-2.0
# A Celery worker with its pool of threads, whose broker is a Redis server.
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import celery.worker.state
from celery import Celery
from celery.exceptions import SecurityWarning
from meet import JOBS, meet

warnings.simplefilter("ignore", SecurityWarning)  # of being root
answers = []
directory = tempfile.TemporaryDirectory()
path = Path(directory.name, "redis")
command = ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", path.parent]
redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
while not path.exists():
    time.sleep(0.01)
app = Celery("jobs", broker=f"redis+socket://{path}")
app.conf.worker_redirect_stdouts = False


@app.task
def job():
    answers.append(meet())
    if len(answers) == JOBS:
        celery.worker.state.should_stop = 0


for _number in range(JOBS):
    job.delay()
worker = app.Worker(pool="threads", concurrency=JOBS, loglevel="CRITICAL", quiet=True)
try:
    worker.start()
except SystemExit:
    pass
redis.terminate()
redis.wait()
directory.cleanup()
print(len(answers), *set(answers))
