#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that counts round trips: runs of bytes from the client that follow bytes from the
server.

  counting_proxy.py HOST PORT    prints the port it listens on; on end of input prints the count and ends
"""
import selectors
import socket
import sys


class Relay:
    """One client connection, its connection to the server, and who spoke last."""

    def __init__(self, client, server):
        self.peer = {client: server, server: client}
        self.client = client
        self.client_spoke_last = False

    def move(self, source):
        """Moves what `source` sent; returns how many round trips that began, or None at its end."""
        try:
            data = source.recv(1 << 16)
            if data:
                self.peer[source].sendall(data)
        except OSError:
            data = b""
        if not data:
            return None
        began = int(source is self.client and not self.client_spoke_last)
        self.client_spoke_last = source is self.client
        return began


def serve(address):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    count = 0
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                if not sys.stdin.buffer.read1(1):
                    return count
            elif key.fileobj is listener:
                client, server = listener.accept()[0], socket.create_connection(address)
                relay = Relay(client, server)
                for side in (client, server):
                    side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(side, selectors.EVENT_READ, relay)
            else:
                began = key.data.move(key.fileobj) if key.fileobj.fileno() >= 0 else 0
                if began is None:
                    for side in key.data.peer:
                        if side.fileno() >= 0:
                            selector.unregister(side)
                            side.close()
                else:
                    count += began


if __name__ == "__main__":
    print(serve((sys.argv[1], int(sys.argv[2]))))
