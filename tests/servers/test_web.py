# SPDX-License-Identifier: MIT OR Apache-2.0
"""Clients in the blocking way and asyncio's, against an HTTPS server that takes its time; TLS both ways."""

import subprocess
import unittest

from support import Directory, PortServer, ServerTest


class Certificate(Directory):
    """A key and a certificate signed with it."""

    def prepare(self):
        words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
        names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
        files = ["-keyout", self.certificate, "-out", self.certificate]
        subprocess.run(words.split() + names + files, check=True, capture_output=True)

    @property
    def certificate(self):
        return str(self.directory / "certificate.pem")

    address = certificate


class Web(PortServer, Certificate):
    """web_server.py, with a certificate of its own."""

    program = "web_server.py"
    scheme = "https://"

    def start(self):
        super().start(self.certificate)


class HttpsTest(ServerTest):
    """The client is told of the server's certificate."""

    server_type = Web

    def run_part(self, part, *arguments):
        return super().run_part(part, self.server.certificate, *arguments)


class WebTest(HttpsTest):
    """Each runs one function of web_client.py."""

    client = "web_client.py"

    def test_requests_sleep(self):
        self.check_overlap("requests_sleep")

    def test_requests_session(self):
        self.assertEqual(self.run_part("requests_session"), ["{True}"])

    def test_urllib3_sleep(self):
        self.check_overlap("urllib3_sleep")

    def test_pycurl_sleep(self):
        self.check_overlap("pycurl_sleep")

    def test_pycurl_echo(self):
        self.assertEqual(self.run_part("pycurl_echo"), ["{True}"])

    def test_pycurl_multi(self):
        self.assertEqual(self.run_part("pycurl_multi"), ["True"])

    def test_certificate_refused(self):
        self.assertEqual(self.run_part("certificate_refused"), ["{True}"])


class AsyncWebTest(HttpsTest):
    """Each runs one function of async_web_client.py."""

    client = "async_web_client.py"

    def test_aiohttp_sleep(self):
        self.check_overlap("aiohttp_sleep")

    def test_aiohttp_shared(self):
        self.assertEqual(self.run_part("aiohttp_shared"), ["{True}"])

    def test_httpx_sleep(self):
        self.check_overlap("httpx_sleep")

    def test_httpx_shared(self):
        self.assertEqual(self.run_part("httpx_shared"), ["{True}"])

    def test_both_limited(self):
        self.assertEqual(self.run_part("both_limited"), ["{('TooSlowError', 'good')}"])

    def test_aiohttp_server(self):
        self.check_overlap("aiohttp_server")


class TlsTest(ServerTest):
    """Each runs one function of tls_client.py, which serves too."""

    server_type = Certificate
    client = "tls_client.py"

    def test_tls_1_2(self):
        self.check_overlap("both_ends", "TLSv1_2")

    def test_tls_1_3(self):
        self.check_overlap("both_ends", "TLSv1_3")


if __name__ == "__main__":
    unittest.main()
