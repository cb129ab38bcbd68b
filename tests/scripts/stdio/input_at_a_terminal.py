# SPDX-License-Identifier: MIT OR Apache-2.0
# input() at a terminal waits while other tasks run.
# hooks: fgets
# expect: name? tick tick tick hello Ada
import os
import pty
import subprocess
import sys
import termios

PROGRAM = """
import greenhost, time

def tick():
    for _ in range(3):
        time.sleep(0.01)
        print("tick ", end="", flush=True)
    print(flush=True)

ticker = greenhost.spawn(tick)
name = input("name? ")
ticker.join()
print("hello", name)
"""

master, slave = pty.openpty()
attributes = termios.tcgetattr(slave)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(slave, termios.TCSANOW, attributes)
child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=slave, stdout=slave, stderr=slave)
os.close(slave)
text = b""
while b"tick tick tick" not in text:
    text += os.read(master, 1000)
os.write(master, b"Ada\n")
try:
    while chunk := os.read(master, 1000):
        text += chunk
except OSError:
    child.wait()
print(*text.decode().split())
