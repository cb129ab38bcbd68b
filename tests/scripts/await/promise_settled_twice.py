# SPDX-License-Identifier: MIT OR Apache-2.0
"""A promise is settled once, and with an exception instance when it fails."""
# expect: RuntimeError: the promise is settled already; settle it once
# expect: RuntimeError: the promise is settled already; settle it once
# expect: first
# expect: TypeError: set_exception() needs an exception instance, not type
# expect: TypeError: set_exception() needs an exception instance, not str
# expect: pending still: False

import greenhost

promise = greenhost.Promise()
promise.set_result("first")
for settle in (promise.set_result, promise.set_exception):
    try:
        settle(ValueError())
    except RuntimeError as error:
        print(f"RuntimeError: {error}")
print(promise.result())

promise = greenhost.Promise()
for wrong in (ValueError, "text"):
    try:
        promise.set_exception(wrong)
    except TypeError as error:
        print(f"TypeError: {error}")
print("pending still:", promise.done())
