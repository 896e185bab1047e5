#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A proxy on loopback: CONNECT alone, and every host is this machine.

Prints its port; each request is a line on standard error.  The host
forbidden.test is refused; credentials have to be user:word.
"""

import base64
import socket
import socketserver
import sys
import threading

WANT = b"Basic " + base64.b64encode(b"user:word")


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Handler(socketserver.StreamRequestHandler):
    rbufsize = 0

    def handle(self):
        line = self.rfile.readline()
        fields = {}
        while (header := self.rfile.readline().strip()) != b"":
            name, _, value = header.partition(b": ")
            fields[name.lower()] = value
        method, target, _ = line.split()
        host, _, port = target.decode().rpartition(":")
        print(method.decode(), host, flush=True, file=sys.stderr)
        if method != b"CONNECT" or host == "forbidden.test" or \
                fields.get(b"proxy-authorization") != WANT:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n"
                             b"Content-Length: 0\r\n\r\n")
            return
        there = socket.create_connection(("127.0.0.1", int(port)))
        self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=pump, args=(there, self.connection))
        back.start()
        pump(self.connection, there)
        back.join()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
