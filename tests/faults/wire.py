# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that knows where messages of the PostgreSQL and MySQL protocols begin and end, and
cuts the line at one of them: by FIN, by RST, or by swallowing everything for a while.

Messages are counted over all connections, each direction for itself, so that a run can be cut at
each message of an earlier one. The line must not be encrypted."""

import dataclasses
import selectors
import socket
import struct
import threading
import time
import urllib.parse

FIN, RST, HOLE = "FIN", "RST", "black hole"
CLIENT, SERVER = "client", "server"  # who sends the message
BEFORE, AFTER = "before", "after"  # the message is swallowed, or is the last to pass
DRAIN_S = 2


class PostgresFraming:
    """Client: first a packet without a type, then type and length. Server: type and length."""

    def __init__(self, sender):
        self.is_startup = sender == CLIENT

    def end_of_first(self, data):
        """Where the first message ends, None when it is not all there."""
        head = 4 if self.is_startup else 5
        if len(data) < head:
            return None
        end = head - 4 + struct.unpack_from("!I", data, head - 4)[0]
        if len(data) < end:
            return None
        self.is_startup = False
        return end


class MysqlFraming:
    """Three bytes of length, one of sequence, both directions."""

    def __init__(self, sender):
        del sender

    def end_of_first(self, data):
        if len(data) < 4:
            return None
        end = 4 + int.from_bytes(data[:3], "little")
        return end if len(data) >= end else None


FRAMINGS = {"postgres": PostgresFraming, "mysql": MysqlFraming}


@dataclasses.dataclass(frozen=True)
class Cut:
    """At which message, counted from 1, and how."""

    sender: str
    number: int
    side: str
    way: str
    hole_s: float = 4

    def __str__(self):
        return f"{self.way} {self.side} message {self.number} of the {self.sender}"


class _Flow:
    """One direction of one connection."""

    def __init__(self, sender, source, target, framing):
        self.sender, self.source, self.target = sender, source, target
        self.framing = framing(sender)
        self.data = bytearray()


class _Line:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, client, server, framing):
        self.sockets = (client, server)
        self.flows = {client: _Flow(CLIENT, client, server, framing),
                      server: _Flow(SERVER, server, client, framing)}
        self.is_deaf = False  # swallows what arrives
        self.ends_at = None  # when its sockets are closed for good
        self.end = FIN


class Proxy:
    """Listens on `port` of 127.0.0.1 until it is closed. `counts` says how many messages passed;
    `was_cut` whether the wanted one came."""

    def __init__(self, kind, host, port, cut=None):
        self.server = (host, port)
        self.framing = FRAMINGS[kind]
        self.cut = cut
        self.was_cut = False
        self.counts = {CLIENT: 0, SERVER: 0}
        self.stalled = threading.Event()  # relays nothing, closes nothing
        self.on_message = None  # called before a message passes: sender, number, what arrived with it
        self.selector = selectors.DefaultSelector()
        self.lines = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.waker, wakened = socket.socketpair()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(wakened, selectors.EVENT_READ)
        self.wakened = wakened
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.waker.close()
        self.thread.join()

    def stall(self):
        """From now on nothing passes, in no direction, and nobody is told."""
        self.stalled.set()

    @property
    def is_stalled(self):
        return self.stalled.is_set()

    def _serve(self):
        while True:
            for key, _ in self.selector.select(0.05):
                if key.fileobj is self.wakened:
                    return self._close_all()
                if key.fileobj is self.listener:
                    self._accept()
                elif key.data not in self.lines:
                    continue  # closed by an earlier one of these events
                elif key.data.ends_at is None or key.data.is_deaf:
                    self._receive(key.fileobj, key.data)
                else:
                    self._drain(key.fileobj, key.data)
            now = time.monotonic()
            for line in [one for one in self.lines if one.ends_at is not None and now >= one.ends_at]:
                self._close(line)

    def _accept(self):
        client = self.listener.accept()[0]
        try:
            server = socket.create_connection(self.server)
        except OSError:  # the server is down: whoever calls is told so at once
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return
        line = _Line(client, server, self.framing)
        self.lines.add(line)
        for side in line.sockets:
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(side, selectors.EVENT_READ, line)

    def _receive(self, source, line):
        flow = line.flows[source]
        if self.is_stalled:
            self.selector.unregister(source)  # what arrives stays with the kernel
            return
        try:
            data = source.recv(1 << 16)
        except OSError:
            data = b""
        if line.is_deaf:
            if not data:
                self.selector.unregister(source)
            return
        if not data:
            self._close(line)
            return
        flow.data += data
        try:
            self._forward(flow, line)
        except OSError:
            self._close(line)

    def _forward(self, flow, line):
        """Passes on the whole messages that are there, up to the one where the line is cut."""
        passed = 0
        while (end := flow.framing.end_of_first(memoryview(flow.data)[passed:].tobytes())) is not None:
            self.counts[flow.sender] += 1
            if self.on_message:
                self.on_message(flow.sender, self.counts[flow.sender], flow.data)
            if self.is_stalled:
                return
            cut = self.cut
            is_here = (cut is not None and not self.was_cut and cut.sender == flow.sender
                       and cut.number == self.counts[flow.sender])
            if not is_here:
                passed += end
                continue
            self.was_cut = True
            flow.target.sendall(flow.data[:passed + (end if cut.side == AFTER else 0)])
            self._sever(line, cut)
            return
        flow.target.sendall(flow.data[:passed])
        del flow.data[:passed]

    def _sever(self, line, cut):
        if cut.way == FIN:
            for side in line.sockets:
                side.shutdown(socket.SHUT_WR)
            line.ends_at = time.monotonic() + DRAIN_S
        elif cut.way == RST:
            line.end = RST
            self._close(line)
        else:
            line.is_deaf, line.end = True, RST
            line.ends_at = time.monotonic() + cut.hole_s

    def _drain(self, source, line):
        """After a FIN: unread bytes would turn the close into a reset."""
        try:
            if source.recv(1 << 16):
                return
        except OSError:
            pass
        self.selector.unregister(source)
        if not any(side in self.selector.get_map() for side in line.sockets):
            self._close(line)

    def _close(self, line):
        self.lines.discard(line)
        for side in line.sockets:
            self._forget(side)
            if line.end == RST:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            side.close()

    def _forget(self, side):
        if side in self.selector.get_map():
            self.selector.unregister(side)

    def _close_all(self):
        for line in list(self.lines):
            self._close(line)
        for one in (self.listener, self.wakened):
            one.close()
        self.selector.close()


def through(url, port):
    """The same database by way of a proxy, in clear."""
    parts = urllib.parse.urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    mode = "sslmode=disable" if parts.scheme.startswith("postgres") else "ssl-mode=disabled"
    return parts._replace(netloc=f"{user}@127.0.0.1:{port}", query=mode).geturl()
