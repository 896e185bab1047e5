#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AMD's and Intel's collateral services on loopback.

vendors.py COLLATERAL [VCEK [CRL]]: Intel's seven items from the object in
COLLATERAL, AMD's certificate and revocation list from files.  Prints its port;
each request is a line on standard error.
"""

import json
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

with open(sys.argv[1], encoding="utf-8") as f:
    INTEL = json.load(f)
AMD = [open(p, "rb").read() for p in sys.argv[2:]]


def signed(name, text):
    body = '{"%s":%s,"signature":"%s"}' % (
        name, INTEL[text], INTEL[text + "_signature"])
    return body.encode(), INTEL[text + "_issuer_chain"]


def answer(path):
    """Body and issuer chain with its header, or None."""
    if path.startswith("/tdx/certification/v4/tcb?fmspc="):
        return *signed("tcbInfo", "tcb_info"), "TCB-Info-Issuer-Chain"
    if path == "/tdx/certification/v4/qe/identity":
        return (*signed("enclaveIdentity", "qe_identity"),
                "SGX-Enclave-Identity-Issuer-Chain")
    if path.startswith("/sgx/certification/v4/pckcrl?ca="):
        return (bytes.fromhex(INTEL["pck_crl"]),
                INTEL["pck_crl_issuer_chain"], "SGX-PCK-CRL-Issuer-Chain")
    if path == "/IntelSGXRootCA.der":
        return bytes.fromhex(INTEL["root_ca_crl"]), "", None
    if path.startswith("/vcek/v1/") and "blSPL=" in path and AMD:
        return AMD[0], "", None
    if path.startswith("/vcek/v1/") and path.endswith("/crl") and AMD[1:]:
        return AMD[1], "", None
    return None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = answer(self.path)
        if found is None:
            self.send_error(404)
            return
        body, chain, header = found
        self.send_response(200)
        if header is not None:
            self.send_header(header, urllib.parse.quote(chain))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


SERVER = HTTPServer(("127.0.0.1", 0), Handler)
print(SERVER.server_address[1], flush=True)
SERVER.serve_forever()
