"""control - a preloaded library of ours, and the page by which it is told what
to do: see control.h."""
import mmap
import os
import struct

from postern_stack import BUILD

PAGE, HEAD = 4096, struct.Struct("lll")


class Control:
    """.env is for the program that is to be disturbed."""

    def __init__(self, library, path):
        self.path = str(path)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        os.fchmod(fd, 0o666)    # the programs are somebody else's
        os.ftruncate(fd, PAGE)
        self.page = mmap.mmap(fd, PAGE)
        os.close(fd)
        self.env = {"FAULT_CONTROL": self.path,
                    "LD_PRELOAD": str(BUILD / "tests" / "faults" / library),
                    "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def fail(self, n):
        """The nth allocation from now on."""
        self.page[:] = bytes(PAGE)
        self.page[:HEAD.size] = HEAD.pack(n, 0, 0)

    def failed(self):
        """Has it come to that?  -> who asked for memory, or None."""
        _, failed, _ = HEAD.unpack(self.page[:HEAD.size])
        if not failed:
            return None
        return self.page[HEAD.size:].split(b"\0", 1)[0].decode()

    def count(self):
        """Allocations since fail(a large number)."""
        return HEAD.unpack(self.page[:HEAD.size])[0]

    def set_clock(self, seconds):
        self.page[:HEAD.size] = HEAD.pack(0, 0, seconds)
