# SPDX-License-Identifier: MIT OR Apache-2.0
"""What http.c serves: plain functions, which may block."""

import time


def hello(path: str) -> str:
    time.sleep(0.2)
    return f"hello {path}"
