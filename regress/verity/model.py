# SPDX-License-Identifier: Apache-2.0
"""A second reading of policy-model 13, slow and simple.

model.py TOOL COUNT DIR: makes COUNT random layers in DIR and compares what
this model makes of each with what TOOL prints; `model.py FILE` prints it.
"""
import hashlib
import io
import json
import os
import random
import stat
import subprocess
import sys
import tarfile

BITS = {"0": stat.S_IFREG, "\0": stat.S_IFREG, "2": stat.S_IFLNK,
        "3": stat.S_IFCHR, "4": stat.S_IFBLK, "5": stat.S_IFDIR,
        "6": stat.S_IFIFO}


def number(field):
    if field[0] & 0x80:
        field = bytes([field[0] & 0x7f]) + field[1:]
        return int.from_bytes(field, "big") & (1 << 64) - 1
    text = field.split(b"\0")[0].strip()
    return int(text, 8) if text else 0


def records(body):
    """The records of a PAX header; the first of a key counts."""
    out = {}
    while body:
        size = int(body.split(b" ", 1)[0])
        key, value = body[:size - 1].split(b" ", 1)[1].split(b"=", 1)
        out.setdefault(key, value)
        body = body[size:]
    return out


def members(tar):
    """header position, header, full path, full link, position, size"""
    at, path, link, pax = 0, None, None, {}
    while at + 512 <= len(tar) and any(tar[at:at + 512]):
        h = tar[at:at + 512]
        size = number(h[124:136])
        body = tar[at + 512:at + 512 + size]
        kind = chr(h[156])
        if kind == "L":
            path = body.rstrip(b"\0")
        elif kind == "K":
            link = body.rstrip(b"\0")
        elif kind == "x":
            pax = records(body)
        elif kind != "g":
            name = h[:100].split(b"\0")[0]
            prefix = h[345:500].split(b"\0")[0]
            if h[257:263] == b"ustar\0" and prefix:
                name = prefix + b"/" + name
            target = h[157:257].split(b"\0")[0]
            yield (at, h, path or pax.get(b"path", name),
                   link or pax.get(b"linkpath", target), at + 512, size)
            path, link, pax = None, None, {}
        at += 512 + (size + 511) // 512 * 512


class Node:
    def __init__(self):
        self.mode = self.owner = self.group = self.mtime = 0
        self.size = self.offset = self.opaque = 0
        self.kids = {}
        self.special = None
        self.ino = 0


def clean(path):
    out = []
    for part in path.split(b"/"):
        if part == b"..":
            if not out:
                return None
            out.pop()
        elif part not in (b"", b"."):
            out.append(part)
    return out


def parent(root, parts):
    node = root
    for part in parts[:-1]:
        node = node.kids.setdefault(part, Node())
    return node


def find(root, parts):
    for part in parts:
        if part not in root.kids:
            return None
        root = root.kids[part]
    return root


def fill(node, at, h, link, data, size, specials):
    bits = BITS[chr(h[156])]
    node.mode = number(h[100:108]) & 0o777 | bits
    node.owner = number(h[108:116])
    node.group = number(h[116:124])
    node.mtime = number(h[136:148])
    node.size = node.offset = 0
    node.special = None
    if bits == stat.S_IFREG:
        node.size, node.offset = size, data
    elif bits in (stat.S_IFCHR, stat.S_IFBLK):
        node.offset = number(h[337:345]) | number(h[329:337]) << 32
    elif bits == stat.S_IFLNK:
        node.size = len(link)
        if link == h[157:257].split(b"\0")[0]:
            node.offset = at + 157
        else:
            node.special = link
            specials.append((node, link))


def build(tar):
    root, specials = Node(), []
    root.mode = 0o40555
    for at, h, path, link, data, size in members(tar):
        kind = chr(h[156])
        parts = clean(path)
        if kind == "1":
            target = clean(link)
            node = None if target is None else find(root, target)
            if node and stat.S_ISREG(node.mode) and parts:
                parent(root, parts).kids[parts[-1]] = node
        elif kind in BITS and parts is not None:
            if not parts:
                fill(root, at, h, link, data, size, specials)
                continue
            up, last = parent(root, parts), parts[-1]
            if last == b".wh..wh..opq":
                up.opaque = 1
            elif last.startswith(b".wh."):
                node = up.kids.setdefault(last[4:], Node())
                node.kids, node.special = {}, None
                node.mode = node.mode & 0o777 | stat.S_IFCHR
                node.size = node.offset = 0
            else:
                node = up.kids.setdefault(last, Node())
                node.kids, node.opaque = {}, 0
                fill(node, at, h, link, data, size, specials)
    return root, specials


def index(tar):
    root, specials = build(tar)
    order, at = [root], 0
    root.ino = 1
    while at < len(order):
        for name in sorted(order[at].kids):
            node = order[at].kids[name]
            if not node.ino:
                order.append(node)
                node.ino = len(order)
        at += 1
    dirs = [n for n in order if stat.S_ISDIR(n.mode)]
    pos = len(tar) + 32 * len(order)
    for node in dirs:
        node.offset, node.size = pos, 32 * len(node.kids)
        pos += node.size
    start = pos
    for node in order:
        if node.special is not None:
            node.offset = pos
            pos += node.size
    links = pos - start
    out = io.BytesIO()
    for n in order:
        for value, size in ((n.mode, 2), (n.opaque, 1),
                            (n.mtime >> 32 & 15, 1), (n.owner, 4),
                            (n.group, 4), (n.mtime & 0xffffffff, 4),
                            (n.size, 8), (n.offset, 8)):
            out.write((value & (1 << 8 * size) - 1).to_bytes(size, "little"))
    names = b""
    for node in dirs:
        for name in sorted(node.kids):
            kid = node.kids[name]
            for value in (kid.ino, pos + len(names), len(name),
                          kid.mode >> 12):
                out.write(value.to_bytes(8, "little"))
            names += name
    for node, target in specials:
        if node.special is target and node.ino:
            out.write(target)
    out.write(names)
    end = pos + len(names) + links + len(names)
    end = (end + 4095) // 4096 * 4096
    whole = tar + out.getvalue()
    whole += bytes(end + 4096 - 512 - len(whole))
    whole += len(tar).to_bytes(8, "little") + len(order).to_bytes(8, "little")
    return whole + bytes(end + 4096 - len(whole))


def root_hash(data):
    while True:
        out = b""
        for at in range(0, len(data), 4096):
            block = data[at:at + 4096]
            out += hashlib.sha256(bytes(32) + block).digest()
        data = out + bytes(-len(out) % 4096)
        if len(data) == 4096:
            return hashlib.sha256(bytes(32) + data).hexdigest()


def answer(tar):
    whole = index(tar)
    return {"tar_size": len(tar),
            "tar_sha256": hashlib.sha256(tar).hexdigest(),
            "indexed_size": len(whole),
            "indexed_sha256": hashlib.sha256(whole).hexdigest(),
            "root_hash": root_hash(whole)}


NAMES = ["a", "b", "c", "d.x", "é", "e" * 90, "f" * 180, ".wh.a", ".wh.c",
         ".wh..wh..opq", ".", "..", ""]


def some_path(rng):
    depth = rng.choice([1, 1, 2, 2, 3, 4])
    return "/".join(rng.choice(NAMES) for _ in range(depth)) or "./"


def some_target(rng):
    return rng.choice(["a", "../b/c", "/" + "t" * rng.randrange(80, 300),
                       "x" * rng.randrange(99, 103), some_path(rng)])


def random_tar(rng):
    out = io.BytesIO()
    form = rng.choice([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for _ in range(rng.randrange(0, 40)):
            info = tarfile.TarInfo(some_path(rng))
            info.type = rng.choice([tarfile.REGTYPE] * 4 + [
                tarfile.DIRTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE,
                tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
                tarfile.BLKTYPE, tarfile.FIFOTYPE])
            if info.type == tarfile.REGTYPE:
                # (with a slash it counts as a directory for some readers)
                info.name = info.name.rstrip("/")
            if not info.name:
                continue
            info.mode = rng.choice([0o755, 0o4711, 0o644, 0])
            info.uid = rng.choice([0, 1000, 2097151])
            info.gid = rng.choice([0, 5, 65534])
            info.mtime = rng.choice([0, 1700000000, 1 << 32])
            data = b""
            if info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = some_target(rng)
            elif info.type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
                info.devmajor, info.devminor = rng.randrange(9), 255
            elif info.type == tarfile.REGTYPE:
                data = bytes(rng.randrange(0, rng.choice([9, 600, 70000])))
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def main():
    if len(sys.argv) == 2:
        with open(sys.argv[1], "rb") as f:
            print(json.dumps(answer(f.read())))
        return 0
    tool, count, where = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    paths, wanted = [], []
    for i in range(count):
        tar = random_tar(random.Random(i))
        paths.append(os.path.join(where, "%d.tar" % i))
        wanted.append(answer(tar))
        with open(paths[-1], "wb") as f:
            f.write(tar)
    printed = subprocess.run([tool] + paths, stdout=subprocess.PIPE,
                             check=False).stdout.decode().splitlines()
    failed = 0 if len(printed) == count else 1
    for path, want, line in zip(paths, wanted, printed):
        if json.loads(line) != want:
            print("FAIL", path, line, json.dumps(want))
            failed += 1
    print("%d passed, %d failed, 0 skipped" % (count - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
