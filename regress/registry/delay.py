#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""delay.py PORT MILLISECONDS: forwards connections to a port of 127.0.0.1.

Prints its own port.  A connection is made after the time, and what comes
back goes on after the time: each question costs it once, as over a long line.
"""
import asyncio
import sys

target, pause = int(sys.argv[1]), int(sys.argv[2]) / 1000


async def there(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def back(reader, writer):
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(pause, writer.write, data)
    loop.call_later(pause, writer.close)


async def connection(reader, writer):
    await asyncio.sleep(pause)
    to_reader, to_writer = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(there(reader, to_writer), back(to_reader, writer),
                         return_exceptions=True)


async def main():
    server = await asyncio.start_server(connection, "127.0.0.1", 0,
                                        backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
