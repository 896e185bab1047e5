# SPDX-License-Identifier: Apache-2.0
"""large.py FILE: a layer of 2 GB with 60,000 names, most of it a hole."""
import sys
import tarfile

FILES, SIZE, LARGE = 60000, 100, 8


def main():
    with tarfile.open(sys.argv[1], "w", format=tarfile.GNU_FORMAT) as tar:
        for i in range(FILES):
            info = tarfile.TarInfo("usr/share/d%d/file-%d.txt" % (i // SIZE, i))
            tar.addfile(info)
        for i in range(LARGE):
            info = tarfile.TarInfo("var/large-%d" % i)
            info.size = (2 << 30) // LARGE
            tar.addfile(info)
            tar.fileobj.seek(info.size, 1)
            tar.offset += info.size


if __name__ == "__main__":
    main()
