"""What has been made, in twelve bytes a place: enough to notice what is made twice.

A dictionary would take a hundred bytes for each thing of a big table. Here a thing is the hash of
its IRI, and what is said of it another hash; of a million things, two share the first by chance in
one of ten million tables.
"""

from array import array

_FIRST_SIZE = 1 << 12
_CONTENT = 0xFFFFFFFF
_KEY = 0xFFFFFFFFFFFFFFFF


class Seen:
    """A table of hashes with open addressing; a key of 0 is an empty place."""

    def __init__(self) -> None:
        self.count = 0
        self._make(_FIRST_SIZE)

    def _make(self, size: int) -> None:
        self.mask = size - 1
        self.keys = array("Q", bytes(8 * size))
        self.contents = array("I", bytes(4 * size))

    def add(self, iri: str, lines: str) -> bool | None:
        """Take a thing; tells whether it was there with the same lines, or None if it is new."""
        key, content = hash(iri) & _KEY or 1, hash(lines) & _CONTENT
        keys, mask = self.keys, self.mask
        place = key & mask
        while found := keys[place]:
            if found == key:
                return self.contents[place] == content
            place = (place + 1) & mask
        keys[place] = key
        self.contents[place] = content
        self.count += 1
        if self.count * 3 > mask * 2:
            self._grow()
        return None

    def _grow(self) -> None:
        """Double the table."""
        keys, contents = self.keys, self.contents
        self._make(2 * (self.mask + 1))
        for key, content in zip(keys, contents, strict=True):
            if key:
                place = key & self.mask
                while self.keys[place]:
                    place = (place + 1) & self.mask
                self.keys[place] = key
                self.contents[place] = content
