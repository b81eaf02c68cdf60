# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that keeps what it is sent, and answers as it is told to."""

import collections
import http.server
import socket
import ssl
import threading
import time

Received = collections.namedtuple("Received", "path headers body time")


class Answer:
    """`hang`: seconds until it answers, so that the sender gives up."""

    def __init__(self, status=200, headers=None, hang=0):
        self.status, self.headers, self.hang = status, headers or {}, hang


class Receiver:
    """Answers with `answers` in order, then with 200. Use it in a with statement."""

    def __init__(self, *answers, certificate=None):
        self.answers = collections.deque(answers)
        self.received = []
        self.came = threading.Condition()
        self.over = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver.came:
                    receiver.received.append(Received(self.path, self.headers, body, time.time()))
                    answer = receiver.answers.popleft() if receiver.answers else Answer()
                    receiver.came.notify_all()
                receiver.over.wait(answer.hang)
                try:
                    self.send_response(answer.status)
                    for name, value in {"Content-Length": "0", **answer.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:
                    pass  # it did not wait

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.origin = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def wait_for(self, count, timeout=60):
        """The first `count` that came."""
        with self.came:
            self.came.wait_for(lambda: len(self.received) >= count, timeout)
            if len(self.received) < count:
                raise AssertionError(f"{len(self.received)} of {count} came")
            return self.received[:count]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Nobody:
    """An origin at which nobody listens, and nobody else can meanwhile. Use it in a with statement."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.close()
