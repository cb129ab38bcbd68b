# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of HTTPS do: requests and urllib3 on Python's ssl, pycurl on libcurl's own."""

import io
import os
import time

import pycurl
import requests
import urllib3
from tasks import all_at_once, run_client

from greenhost import spawn

BODY = os.urandom(200_000)


def slow(address, n):
    return f"{address}/sleep?seconds=0.5&word={n}"


def words():
    return [str(n) for n in range(50)]


def requests_sleep(address, certificate):
    def get(n):
        return requests.get(slow(address, n), verify=certificate, timeout=20).text

    print(all_at_once(get, 0.5) == words())


def requests_session(address, certificate):
    """One session, and fewer connections than tasks: the others wait for theirs."""
    session = requests.Session()
    session.verify = certificate
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=10, pool_block=True))

    def post(n):
        return all(session.post(f"{address}/echo", BODY).content == BODY for _ in range(3))

    print({task.result(50) for task in [spawn(post, n) for n in range(50)]})


def urllib3_sleep(address, certificate):
    pool = urllib3.PoolManager(ca_certs=certificate, maxsize=50)

    def get(n):
        return pool.request("GET", slow(address, n)).data.decode()

    print(all_at_once(get, 0.5) == words())


def transfer(url, certificate, **options):
    """A transfer that libcurl can be told to do, and where its result will be."""
    body = io.BytesIO()
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.CAINFO, certificate)
    # Or each would read all the certificates of the machine, which takes longer than the rest.
    curl.unsetopt(pycurl.CAPATH)
    curl.setopt(pycurl.WRITEFUNCTION, body.write)
    for name, value in options.items():
        curl.setopt(getattr(pycurl, name), value)
    return curl, body


def perform(url, certificate, **options):
    curl, body = transfer(url, certificate, **options)
    curl.perform()
    curl.close()
    return body.getvalue()


def pycurl_sleep(address, certificate):
    answers = all_at_once(lambda n: perform(slow(address, n), certificate), 0.5)
    print([word.decode() for word in answers] == words())


def pycurl_echo(address, certificate):
    def post(n):
        # A callback in Python, which gives way to other tasks in the middle of libcurl.
        def read(size):
            time.sleep(0.001)
            return source.read(size)

        source = io.BytesIO(BODY)
        options = {"POST": 1, "POSTFIELDSIZE": len(BODY), "READFUNCTION": read}
        return perform(f"{address}/echo", certificate, HTTPHEADER=["Expect:"], **options) == BODY

    print({task.result(50) for task in [spawn(post, n) for n in range(50)]})


def pycurl_multi(address, certificate):
    """libcurl's own way to have many transfers at once, in each of several tasks."""

    def run(first):
        multi = pycurl.CurlMulti()
        transfers = [transfer(slow(address, n), certificate) for n in range(first, first + 10)]
        for curl, _ in transfers:
            multi.add_handle(curl)
        running = len(transfers)
        while running:
            multi.select(1.0)
            _, running = multi.perform()
        return [body.getvalue().decode() for _, body in transfers]

    answers = [task.result(50) for task in [spawn(run, first) for first in range(0, 50, 10)]]
    print(sum(answers, []) == words())


def certificate_refused(address, certificate):
    """Who does not know the certificate says so, as under python3."""

    def get(n):
        try:
            requests.get(slow(address, n))
        except requests.exceptions.SSLError as error:
            return "CERTIFICATE_VERIFY_FAILED" in str(error)

    print({task.result(50) for task in [spawn(get, n) for n in range(50)]})


if __name__ == "__main__":
    run_client(globals())
