# SPDX-License-Identifier: MIT OR Apache-2.0
# SQLite waits for a busy database with its connection's recursive mutex held; another task that
# uses the connection meanwhile is kept out, and a third one goes on.
# expect: the writer waits
# expect: the reader waits
# expect: committed
# expect: written
# expect: read: [('main',), ('task',)]
import sqlite3

import greenhost

holder = sqlite3.connect("shared.db", isolation_level=None)
holder.execute("create table names (name)")
shared = sqlite3.connect("shared.db", isolation_level=None, check_same_thread=False, timeout=20)


def write():
    shared.execute("insert into names values ('task')")
    print("written")


def read():
    print("read:", shared.execute("select name from names").fetchall())


holder.execute("begin exclusive")
holder.execute("insert into names values ('main')")
writer = greenhost.spawn(write)
greenhost.checkpoint()
print("the writer waits" if writer.state == "parked" else writer)
reader = greenhost.spawn(read)
greenhost.checkpoint()
print("the reader waits" if "mutex" in repr(reader) else reader)
holder.execute("commit")
print("committed")
writer.result()
reader.result()
