# SPDX-License-Identifier: Apache-2.0
"""A port of this machine that leads to a server on another."""

import socket
import threading


class Relay:
    """Passes everything on between its clients and a server, from open() to close(); connections are
    refused before and after. Keeps what clients say in clear."""

    def __init__(self, server, address="127.0.0.1"):
        self.server = server
        self.listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.listener.bind((address, 0))
        self.port = self.listener.getsockname()[1]
        self.heard = b""

    def open(self):
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(self.server)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, sink, source is client),
                                 daemon=True).start()

    def _pass_on(self, source, sink, is_client):
        try:
            while data := source.recv(1 << 16):
                if is_client:
                    self.heard += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            source.close()
