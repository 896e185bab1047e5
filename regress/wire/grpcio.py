# SPDX-License-Identifier: Apache-2.0
# gRPC's Python implementation against ours.
#   grpcio.py client PORT [CERT]   our server's methods (rig.h)
#   grpcio.py server               prints its port, serves for grpc_peer;
#                                  "stop" on standard input: GOAWAY
# Messages are written by hand: field 1 is the only one in use.
import concurrent.futures
import sys
import threading
import time

import grpc

SIZE = 32 << 20
OPTIONS = [("grpc.max_receive_message_length", -1),
           ("grpc.max_send_message_length", -1),
           ("grpc.ssl_target_name_override", "localhost")]
failures = 0


def check(name, ok):
    global failures
    failures += not ok
    print("%s %s" % ("ok" if ok else "FAIL", name))


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def pack(data):
    return b"\x0a" + varint(len(data)) + data


def unpack(message):
    n = shift = at = 0
    if message == b"":
        return b""
    assert message[0] == 0x0A
    while True:
        at += 1
        n |= (message[at] & 127) << shift
        shift += 7
        if message[at] < 128:
            break
    data = message[at + 1:]
    assert len(data) == n
    return data


def call(channel, name, data, **args):
    return channel.unary_unary(name, pack, unpack)(data, **args)


def error(channel, name, data, **args):
    try:
        call(channel, name, data, **args)
    except grpc.RpcError as e:
        return e.code(), e.details()
    return grpc.StatusCode.OK, ""


def many(channel, n):
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        sent = [b"%d" % i * 100 for i in range(n)]
        return sent == list(
            pool.map(lambda d: call(channel, "/t.T/Echo", d), sent))


def client(port, cert):
    target = "127.0.0.1:" + port
    if cert:
        creds = grpc.ssl_channel_credentials(open(cert, "rb").read())
        channel = grpc.secure_channel(target, creds, options=OPTIONS)
    else:
        channel = grpc.insecure_channel(target, options=OPTIONS)
    code = grpc.StatusCode
    big = bytes(range(256)) * (SIZE // 256)
    check("echo", call(channel, "/t.T/Echo", b"abc") == b"abc")
    check("32 MiB", call(channel, "/t.T/Echo", big) == big)
    check("status", error(channel, "/t.T/Fail", b"") ==
          (code.FAILED_PRECONDITION, "100% \u00e4\nnot so"))
    check("unknown method",
          error(channel, "/t.T/None", b"")[0] == code.UNIMPLEMENTED)
    check("deadline", error(channel, "/t.T/Wait", b"9000", timeout=0.5)[0] ==
          code.DEADLINE_EXCEEDED)
    check("compressed", error(channel, "/t.T/Echo", b"a" * 10000,
                              compression=grpc.Compression.Gzip)[0] ==
          code.UNIMPLEMENTED)
    check("metadata", call(channel, "/t.T/Echo", b"a", metadata=[
        ("x-%d" % i, "y" * 100) for i in range(40)]) == b"a")
    check("too much metadata", error(channel, "/t.T/Echo", b"a", metadata=[
        ("x-%d" % i, "y" * 900) for i in range(40)])[0] != code.OK)
    check("too large", error(channel, "/t.T/Echo", b"a" * (65 << 20))[0] ==
          code.RESOURCE_EXHAUSTED)
    check("2000 calls", many(channel, 2000))
    channel.close()


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        method = getattr(self, details.method.rsplit("/")[-1].lower(), None)
        if method is None:
            return None
        return grpc.unary_unary_rpc_method_handler(method, unpack, pack)

    def echo(self, request, context):
        return request

    def make(self, request, context):
        return b"x" * int(request)

    def fail(self, request, context):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "100% \u00e4 not so")

    def crash(self, request, context):
        raise ValueError("crash")

    def wait(self, request, context):
        time.sleep(int(request) / 1000)
        return request


def serve():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4),
                         options=OPTIONS)
    server.add_generic_rpc_handlers((Handler(),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.readline()
    server.stop(5).wait()


if sys.argv[1] == "server":
    serve()
else:
    client(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    sys.exit(failures != 0)
