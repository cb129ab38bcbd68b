# SPDX-License-Identifier: MIT OR Apache-2.0
"""Collect at every chance: on the path of `make check-gc`, so that each test runs this way."""

import gc

gc.set_threshold(1)
