"""systemd's end of its notification socket: writes each message into a file, a line each.

    supervisor.py SOCKET OUT
"""
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(("\0" + sys.argv[1][1:]) if sys.argv[1].startswith("@") else sys.argv[1])
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write("listening\n")
    out.flush()
    while True:
        out.write(listener.recv(4096).decode() + "\n")
        out.flush()
