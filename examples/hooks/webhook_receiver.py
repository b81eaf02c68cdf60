#!/usr/bin/env python3
"""Receives what the hook "notify" sends to a webhook, and believes only what is signed.

  WEBHOOK_SECRET=whsec_... examples/hooks/webhook_receiver.py [PORT]

Prints a line for each event. Standard Webhooks: https://www.standardwebhooks.com
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

TOLERANCE = 5 * 60  # seconds; an older message may be one that somebody recorded


def verify(secret, headers, body):
    """Raises ValueError unless one of the signatures is ours and fresh. `headers` by lower-case name."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    identity, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        raise ValueError("too old, or of the future")
    signed = f"{identity}.{timestamp}.".encode() + body
    ours = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    theirs = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(ours, signature) for signature in theirs):
        raise ValueError("not signed by us")


class Handler(http.server.BaseHTTPRequestHandler):
    seen = set()  # an event may come twice; its id tells

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            verify(os.environ["WEBHOOK_SECRET"], headers, body)
        except (ValueError, KeyError) as problem:
            self.answer(401)
            print("refused:", problem, flush=True)
            return
        self.answer(204)
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event["data"]["run"]["app"], event.get("subject", ""), flush=True)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
