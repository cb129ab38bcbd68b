# SPDX-License-Identifier: MIT OR Apache-2.0
# Tasks that come one after the other may use one greenlet, unless somebody could take the later one
# for the earlier: who holds it, has a weak reference to it or has given it an attribute.
# expect: plain 1
# expect: held 5
# expect: weakly 5
# expect: attribute None None None None None
# expect: dead True
import weakref

import greenlet

import greenhost

kept = []


def plain():
    return id(greenlet.getcurrent())


def held():
    kept.append(greenlet.getcurrent())
    return id(kept[-1])


def weakly():
    kept.append(weakref.ref(greenlet.getcurrent()))
    return id(kept[-1])


def attribute():
    current = greenlet.getcurrent()
    before = getattr(current, "mine", None)
    current.mine = "me"
    return before


def results(function):
    return [greenhost.spawn(function).result() for _ in range(5)]


print("plain", len(set(results(plain))))
print("held", len(set(results(held))))
print("weakly", len(set(results(weakly))))
print("attribute", *results(attribute))
print("dead", all(one.dead for one in kept[:5]))
