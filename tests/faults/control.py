"""control - a preloaded library of ours, and the pages by which it is told what
to do: see control.h."""
import mmap
import os
import struct

from postern_stack import BUILD

PAGE, HEAD, UNSURE = 4096, struct.Struct("lllllll"), 7168
SIZE = PAGE + 4 * UNSURE


class Control:
    """.env is for the program that is to be disturbed."""

    def __init__(self, library, path):
        self.path = str(path)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        os.fchmod(fd, 0o666)    # the programs are somebody else's
        os.ftruncate(fd, SIZE)
        self.page = mmap.mmap(fd, SIZE)
        os.close(fd)
        self.env = {"FAULT_CONTROL": self.path,
                    "LD_PRELOAD": str(BUILD / "tests" / "faults" / library),
                    "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def fail(self, n):
        """The nth allocation from now on."""
        self._set(n, 0, 0, 0, 0, 0, 0)

    def try_each(self, first, end):
        """Each of these, in a fork that goes no further."""
        self._set(0, 0, 0, first, end, 0, 0)

    def tried(self):
        """-> how many there were, and which are to be tried in earnest."""
        *_, number, unsure = HEAD.unpack(self.page[:HEAD.size])
        assert unsure <= UNSURE
        return number, struct.unpack_from(f"{unsure}i", self.page, PAGE)

    def failed(self):
        """Has it come to that?  -> who asked for memory, or None."""
        _, failed, *_ = HEAD.unpack(self.page[:HEAD.size])
        if not failed:
            return None
        return self.page[HEAD.size:PAGE].split(b"\0", 1)[0].decode()

    def count(self):
        """Allocations since fail(a large number)."""
        return HEAD.unpack(self.page[:HEAD.size])[0]

    def set_clock(self, seconds):
        self._set(0, 0, seconds, 0, 0, 0, 0)

    def _set(self, *head):
        self.page[:] = bytes(SIZE)
        self.page[:HEAD.size] = HEAD.pack(*head)
