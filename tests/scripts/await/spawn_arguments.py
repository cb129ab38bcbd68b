# SPDX-License-Identifier: MIT OR Apache-2.0
"""What spawn() takes and refuses."""
# expect: (1, 2)
# expect: task named True
# expect: TypeError: spawn() needs a callable as its first argument
# expect: TypeError: spawn() needs a callable as its first argument
# expect: TypeError: 'other' is an invalid keyword argument for spawn()
# expect: TypeError: a task's name is a string or None, not bytes
# expect: TypeError: a task's name is a string, and can't be deleted
# expect: TypeError: a task's name is a string, and can't be deleted
# expect: renamed

from greenhost import spawn

print(spawn(lambda *args: args, 1, 2).result())
named, unnamed = spawn(int, name="named"), spawn(int)
print(unnamed.name[:4], named.name, unnamed.name[5:].isdigit())


def set_name(task, name):
    task.name = name


def delete_name(task):
    del task.name


attempts = [
    (spawn, (), {}),
    (spawn, (1,), {}),
    (spawn, (int,), {"other": 1}),
    (spawn, (int,), {"name": b"bytes"}),
    (set_name, (named, 3), {}),
    (delete_name, (named,), {}),
]
for function, args, kwargs in attempts:
    try:
        function(*args, **kwargs)
    except TypeError as error:
        print(f"TypeError: {error}")
named.name = "renamed"
print(named.name)
named.join()
unnamed.join()
