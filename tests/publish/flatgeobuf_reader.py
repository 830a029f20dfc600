"""A small reader of FlatGeobuf, after its public schema: what GDAL wrote is read without GDAL."""

import struct

MAGIC = b"fgb\x03fgb"
NODE_BYTES = 40
NUMBERS = {0: "b", 1: "B", 2: "?", 3: "h", 4: "H", 5: "i", 6: "I", 7: "q", 8: "Q", 9: "f", 10: "d"}
TEXTS = {11, 12, 13}


class Table:
    """A table of FlatBuffers: fields by number, each at an offset that a small list has."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.fields = at - self.number("i", at)

    def number(self, kind, at):
        return struct.unpack_from(f"<{kind}", self.data, at)[0]

    def find(self, field):
        """Return where a field is, or None where it has its default."""
        if 4 + 2 * field >= self.number("H", self.fields):
            return None
        offset = self.number("H", self.fields + 4 + 2 * field)
        return self.at + offset if offset else None

    def scalar(self, field, kind, default):
        at = self.find(field)
        return default if at is None else self.number(kind, at)

    def vector(self, field, kind):
        at = self.find(field)
        if at is None:
            return ()
        at += self.number("I", at)
        return struct.unpack_from(f"<{self.number('I', at)}{kind}", self.data, at + 4)

    def text(self, field):
        return bytes(self.vector(field, "B")).decode("utf-8")

    def table(self, field):
        at = self.find(field)
        return None if at is None else Table(self.data, at + self.number("I", at))

    def tables(self, field):
        at = self.find(field)
        if at is None:
            return []
        at += self.number("I", at)
        places = range(at + 4, at + 4 + 4 * self.number("I", at), 4)
        return [Table(self.data, place + self.number("I", place)) for place in places]


def count_nodes(features, node_size):
    nodes, level = features, features
    while True:  # a root stands above a single feature too
        level = -(-level // node_size)
        nodes += level
        if level == 1:
            return nodes


def read_properties(data, columns):
    row, at = dict.fromkeys(name for name, _ in columns), 0
    while at < len(data):
        name, kind = columns[struct.unpack_from("<H", data, at)[0]]
        at += 2
        if kind in TEXTS:
            length = struct.unpack_from("<I", data, at)[0]
            row[name] = data[at + 4 : at + 4 + length].decode("utf-8")
            at += 4 + length
        else:
            row[name] = struct.unpack_from(f"<{NUMBERS[kind]}", data, at)[0]
            at += struct.calcsize(NUMBERS[kind])
    return row


def read_flatgeobuf(path):
    """Return title, description, whether there is an index, and rows with `positions` of each."""
    data = path.read_bytes()
    assert data.startswith(MAGIC)
    size = struct.unpack_from("<I", data, 8)[0]
    header = Table(data, 12 + struct.unpack_from("<I", data, 12)[0])
    columns = [(each.text(0), each.scalar(1, "B", 0)) for each in header.tables(7)]
    features, node_size = header.scalar(8, "Q", 0), header.scalar(9, "H", 16)
    at = 12 + size
    if node_size and features:
        at += NODE_BYTES * count_nodes(features, node_size)
    rows = []
    while at < len(data):
        size = struct.unpack_from("<I", data, at)[0]
        feature = Table(data, at + 4 + struct.unpack_from("<I", data, at + 4)[0])
        row = read_properties(bytes(feature.vector(1, "B")), columns)
        shape = feature.table(0)
        parts = [] if shape is None else [shape, *shape.tables(7)]
        row["positions"] = [each for part in parts for each in part.vector(1, "d")]
        rows.append(row)
        at += 4 + size
    return header.text(11), header.text(12), node_size > 0, rows
