"""A webhook's other end: writes what is posted to it into a file, a line each, with the token.

    receiver.py SOCKET_FILE OUT STATUS

Listens on a port of 127.0.0.1 that the system chooses, and writes its number into SOCKET_FILE.
"""
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "ab") as out:
            out.write(self.headers.get("Authorization", "-").encode() + b" " + body)
        self.send_response(int(sys.argv[3]))
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
with open(sys.argv[1] + ".new", "w", encoding="ascii") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
