# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of LDAP do: python-ldap, on OpenLDAP's own library."""

import time

import ldap
from tasks import all_at_once, cancel_at_once, run_client

from greenhost import spawn

ADMIN = "cn=admin,dc=test"


def connect(address):
    connection = ldap.initialize(address)
    connection.simple_bind_s(ADMIN, "secret")
    return connection


def slow(address):
    """Searches in a place where the server takes a second for each."""

    def search(_):
        connection = connect(address)
        found = connection.search_s("cn=slow,ou=codes,dc=test", ldap.SCOPE_BASE)
        connection.unbind_s()
        return found

    print(all_at_once(search, 1) == [[]] * 50)


def entries(address):
    """Each task adds an entry, changes it, and finds it again."""

    def work(n):
        connection = connect(address)
        name = f"cn=entry {n},dc=test"
        words = {"objectClass": [b"person"], "cn": [b"entry %d" % n], "sn": [b"before"]}
        connection.add_s(name, list(words.items()))
        connection.modify_s(name, [(ldap.MOD_REPLACE, "sn", [b"after %d" % n])])
        found = connection.search_s("dc=test", ldap.SCOPE_SUBTREE, f"(cn=entry {n})", ["sn"])
        connection.unbind_s()
        return found == [(name, {"sn": [b"after %d" % n]})]

    print({task.result(50) for task in [spawn(work, n) for n in range(50)]})


def shared_connection(address):
    """Many tasks use one connection, which python-ldap guards with a lock."""
    connection = connect(address)

    def whoami(_):
        return connection.whoami_s()

    print({task.result(50) for task in [spawn(whoami, n) for n in range(50)]})


def times_out(address):
    """The server takes longer than the client is willing to wait."""

    def search(_):
        connection = connect(address)
        try:
            connection.search_st("cn=slow,ou=codes,dc=test", ldap.SCOPE_BASE, timeout=0.5)
        except ldap.TIMEOUT:
            return "too late"

    print(all_at_once(search, 0.5) == ["too late"] * 50)


def cancel(address):
    connection = connect(address)
    task = spawn(connection.search_s, "cn=slowest,ou=codes,dc=test", ldap.SCOPE_BASE)
    time.sleep(0.2)
    cancel_at_once(task)


if __name__ == "__main__":
    run_client(globals())
