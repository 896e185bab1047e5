#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registry.py LAYOUT LOG [CERT KEY]: a registry that can misbehave.

Serves the images of an OCI layout on a free port of 127.0.0.1, which it
prints.  The first part of a repository's name is how it behaves ("plain",
"basic", "cut" …, see MODES), its last part and the tag name the image.  LOG
gets a line a request: method, path, what was sent as Authorization and Range.
As a proxy it answers for every host itself, and tunnels to itself.
"""
import base64
import json
import os
import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

USER, PASSWORD = "user", "pass:word"
IDENTITY, GIVEN = "identity/token+=", "given.token"
BASIC = "Basic " + base64.b64encode(
    (USER + ":" + PASSWORD).encode()).decode()
layout, log_path = sys.argv[1:3]
lock = threading.Lock()
seen = {}

with open(os.path.join(layout, "index.json"), encoding="utf-8") as f:
    index = json.load(f)
tags = {}
types = {}
for m in index["manifests"]:
    name = m["annotations"]["org.opencontainers.image.ref.name"]
    tags[name.rsplit("/", 1)[-1]] = m["digest"]


def blob(digest):
    path = os.path.join(layout, "blobs", *digest.split(":"))
    with open(path, "rb") as f:
        return f.read()


def note(*words):
    with lock, open(log_path, "a", encoding="utf-8") as f:
        print(*words, file=f)


def count(key):
    with lock:
        seen[key] = seen.get(key, 0) + 1
        return seen[key]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tls = False

    def log_message(self, *args):
        pass

    def base(self, name="127.0.0.1"):
        scheme = "https" if self.tls else "http"
        return "%s://%s:%d" % (scheme, name, self.server.server_address[1])

    def reply(self, status, body=b"", kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code, **headers):
        self.reply(status, json.dumps({"errors": [{
            "code": code, "message": "the \x1b[31mtext\n of it"}]}).encode(),
            **headers)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # what was sent as Authorization, without saying it
    def kind(self):
        sent = self.headers.get("Authorization", "")
        if sent == BASIC:
            return "basic"
        return sent.split(".")[0] if sent else "-"

    # tokens

    def token(self, fields, basic):
        scope = fields.get("scope", [""])[0]
        note("TOKEN", self.command, scope,
             "basic" if basic else fields.get("grant_type", ["-"])[0])
        if fields.get("service") != ["tests"]:
            return self.error(400, "NO_SERVICE")
        if "identity" in scope:
            if self.command != "POST" or fields.get("grant_type") != [
                    "refresh_token"] or fields.get("refresh_token") != [
                    IDENTITY]:
                return self.error(401, "UNAUTHORIZED")
            return self.reply(200, json.dumps(
                {"access_token": "t." + scope}).encode())
        if "private" in scope and not basic:
            return self.error(401, "UNAUTHORIZED")
        if "nonsense" in scope:
            return self.reply(200, b"<html>", "text/html")
        if "flood" in scope:
            return self.reply(200, b"x" * (1 << 20))
        return self.reply(200, json.dumps(
            {"token": "t." + scope, "expires_in": 300}).encode())

    def challenge(self, mode, repository):
        if mode in ("basic", "redirect", "wrong"):
            return 'Basic realm="here"'
        realm = self.base() + "/token?x=1"
        if mode == "plainrealm":
            realm = "http://127.0.0.1:1/token"
        return 'Bearer realm="%s",service="tests",scope="repository:%s:pull"' \
            % (realm, repository)

    def allowed(self, mode, repository):
        sent = self.headers.get("Authorization", "")
        if mode in ("basic", "redirect"):
            return sent == BASIC
        if mode in ("bearer", "private", "identity", "nonsense", "flood",
                    "plainrealm", "expired"):
            if mode == "expired" and count(("expired", sent)) > 2:
                return False
            return sent == "Bearer t.repository:%s:pull" % repository
        if mode == "given":
            return sent == "Bearer " + GIVEN
        return mode != "wrong"

    # the distribution API

    def answer(self):
        url = urlsplit(self.path)
        if url.scheme:  # we are somebody's proxy
            note("PROXY", url.netloc)
        note(self.command, url.path, self.kind(),
             self.headers.get("Range", "-"))
        if url.path == "/token":
            sent = self.headers.get("Authorization", "")
            fields = url.query
            if self.command == "POST":
                n = int(self.headers["Content-Length"])
                fields = self.rfile.read(n).decode()
            return self.token(parse_qs(fields), sent == BASIC)
        if url.path.startswith("/files/"):
            if "Authorization" in self.headers:
                return self.error(400, "AUTHORIZATION_SENT_ON")
            return self.send(unquote(url.path[7:]), "plain")
        parts = url.path.split("/")
        if len(parts) < 5 or parts[1] != "v2":
            return self.error(404, "UNSUPPORTED")
        return self.repository(parts[2], "/".join(parts[2:-2]), parts[-3],
                               parts[-2], parts[-1])

    def repository(self, mode, repository, name, what, which):
        if mode == "denied":
            return self.error(403, "DENIED")
        if not self.allowed(mode, repository):
            return self.error(
                401, "UNAUTHORIZED",
                WWW_Authenticate=self.challenge(mode, repository))
        if what == "manifests" and ":" not in which:
            which = tags.get(name + ":" + which)
            if which is None:
                return self.error(404, "MANIFEST_UNKNOWN")
        try:
            blob(which)
        except OSError:
            return self.error(404, "BLOB_UNKNOWN")
        first = count((mode, repository, which))
        return getattr(self, "mode_" + mode, self.mode_plain)(
            what, which, first)

    def send(self, digest, mode, kind=None, **headers):
        body = blob(digest)
        if kind is None:
            kind = "application/octet-stream"
            if body.startswith(b'{"schemaVersion"'):
                kind = json.loads(body).get("mediaType", kind)
        start = self.headers.get("Range", "")
        if start.startswith("bytes=") and mode != "norange":
            at = int(start[6:].split("-")[0])
            return self.reply(206, body[at:], kind, Content_Range=(
                "bytes %d-%d/%d" % (at, len(body) - 1, len(body))))
        return self.reply(200, body, kind, Docker_Content_Digest=digest,
                          **headers)

    def mode_plain(self, what, digest, first):
        self.send(digest, "plain")

    def mode_redirect(self, what, digest, first):
        if what != "blobs":
            return self.send(digest, "plain")
        return self.reply(307, Location=self.base("localhost") + "/files/" +
                          digest)

    def mode_relative(self, what, digest, first):
        if what != "blobs":
            return self.send(digest, "plain")
        return self.reply(302, Location="../../../../../files/" + digest)

    def mode_loop(self, what, digest, first):
        self.reply(302, Location=self.path + "?" + "x" * (first % 9))

    def mode_down(self, what, digest, first):
        self.reply(307, Location="http://127.0.0.1:1/files/" + digest)

    def mode_file(self, what, digest, first):
        self.reply(307, Location="file:///etc/passwd")

    def mode_limit(self, what, digest, first):
        if first < 3:
            return self.error(429, "TOOMANYREQUESTS", Retry_After="0")
        return self.send(digest, "plain")

    def mode_limited(self, what, digest, first):
        self.error(429, "TOOMANYREQUESTS", Retry_After="86400")

    def mode_busy(self, what, digest, first):
        if first < 3:
            return self.error(503, "UNAVAILABLE")
        return self.send(digest, "plain")

    def mode_broken(self, what, digest, first):
        self.error(500, "UNKNOWN", Retry_After="0")

    def mode_hangup(self, what, digest, first):
        if first < 2:
            return self.hang_up()
        return self.send(digest, "plain")

    def cut(self, digest):
        body = blob(digest)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2])
        self.wfile.flush()
        self.hang_up()

    def mode_cut(self, what, digest, first):
        if what == "blobs" and first == 1:
            return self.cut(digest)
        return self.send(digest, "plain")

    def mode_norange(self, what, digest, first):
        if what == "blobs" and first == 1:
            return self.cut(digest)
        return self.send(digest, "norange")

    def mode_badrange(self, what, digest, first):
        if what == "blobs" and first == 1:
            return self.cut(digest)
        body = blob(digest)
        if "Range" in self.headers:
            return self.reply(206, body[1:], Content_Range=(
                "bytes 1-%d/%d" % (len(body) - 1, len(body))))
        return self.send(digest, "plain")

    def mode_altered(self, what, digest, first):
        body = blob(digest)
        if what == "blobs":
            body = body[:-1] + b"?"
        self.reply(200, body)

    def mode_liar(self, what, digest, first):
        self.reply(200, blob(digest), Docker_Content_Digest="sha256:" +
                   64 * "0")

    def mode_short(self, what, digest, first):
        body = blob(digest)
        self.reply(200, body if what != "blobs" else body[:10])

    def mode_long(self, what, digest, first):
        body = blob(digest)
        self.reply(200, body if what != "blobs" else body + b"more")

    def mode_endless(self, what, digest, first):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        try:
            for _ in range(2000):
                self.wfile.write(chunk)
        except OSError:
            pass
        self.close_connection = True

    def mode_html(self, what, digest, first):
        self.reply(200, b"<html>Welcome</html>", "text/html; charset=utf-8")

    def mode_garbage(self, what, digest, first):
        self.reply(200, b"{\"schemaVersion\": 2, \x00",
                   "application/vnd.oci.image.manifest.v1+json")

    def mode_head(self, what, digest, first):
        self.reply(200, blob(digest), X_Long="x" * 50000, X_More="x" * 50000)

    def mode_stall(self, what, digest, first):
        threading.Event().wait(20)
        self.hang_up()

    do_GET = do_HEAD = do_POST = answer

    def do_CONNECT(self):
        note("CONNECT", self.path)
        other = socket.create_connection(
            ("127.0.0.1", self.server.server_address[1]))
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        pump = threading.Thread(
            target=copy, args=(other, self.connection), daemon=True)
        pump.start()
        copy(self.connection, other)
        pump.join()


def copy(source, to):
    try:
        while data := source.recv(65536):
            to.sendall(data)
    except OSError:
        pass
    try:
        to.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


def main():
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        if len(sys.argv) > 5:  # CA of clients, who must show a certificate
            context.load_verify_locations(sys.argv[5])
            context.verify_mode = ssl.CERT_REQUIRED
        Handler.tls = True
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
