"""A small file in MaxMind's format, with names for a few IPv4 addresses (MaxMind DB File Format 2.0).

path.write_bytes(place_file({"203.0.113.7": ("Berlin", "Germany"), "198.51.100.1": (None, "Japan")}))
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

MARKER = b"\xab\xcd\xefMaxMind.com"
MAP, TEXT, UINT16, UINT32, UINT64, LIST = 7, 2, 5, 6, 9, 11
OCTETS = {UINT16: 2, UINT32: 4, UINT64: 8}
WIDER = {"node_count": UINT32, "build_epoch": UINT64}  # readers take no other type
Value = str | int | list[str] | Mapping[str, "Value"]


def place_file(places: Mapping[str, tuple[str | None, str]]) -> bytes:
    """Each address has a city, or none, and a country."""
    data, offsets = bytearray(), {}
    for address, (city, country) in places.items():
        offsets[address] = len(data)
        record: dict[str, Value] = {"country": {"names": {"en": country}}}
        if city is not None:
            record["city"] = {"names": {"en": city}}
        data += encoded(record)
    nodes: list[list[int | None]] = [[None, None]]
    leaves: dict[tuple[int, int], int] = {}
    for address, offset in offsets.items():
        here, bits = 0, f"{int(IPv4Address(address)):032b}"
        for bit in map(int, bits[:-1]):
            if nodes[here][bit] is None:
                nodes.append([None, None])
                nodes[here][bit] = len(nodes) - 1
            following = nodes[here][bit]
            assert following is not None
            here = following
        leaves[here, int(bits[-1])] = offset
    tree = b"".join(
        (leaves[number, side] + len(nodes) + 16 if (number, side) in leaves else following or len(nodes)).to_bytes(4)
        for number, node in enumerate(nodes)
        for side, following in enumerate(node)
    )
    metadata: dict[str, Value] = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1,
        "description": {},
        "languages": [],
        "database_type": "Places of a test",
        "ip_version": 4,
        "node_count": len(nodes),
        "record_size": 32,
    }
    return tree + bytes(16) + bytes(data) + MARKER + encoded(metadata)


def encoded(value: Value, name: str = "") -> bytes:
    """A value of the data section; texts and maps shorter than 29."""
    match value:
        case str():
            return control(TEXT, len(value.encode())) + value.encode()
        case int():
            kind = WIDER.get(name, UINT16)
            return control(kind, OCTETS[kind]) + value.to_bytes(OCTETS[kind])
        case list():
            return control(LIST, len(value)) + b"".join(map(encoded, value))
        case _:
            inner = b"".join(encoded(name) + encoded(each, name) for name, each in value.items())
            return control(MAP, len(value)) + inner


def control(kind: int, length: int) -> bytes:
    """What stands before a value; a type beyond 7 has an octet of its own."""
    return bytes([kind << 5 | length] if kind <= MAP else [length, kind - MAP])
