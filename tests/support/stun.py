"""STUN messages (RFC 8489) of ICE's connectivity checks (RFC 8445), right and wrong."""
import hashlib
import hmac
import os
import struct
import zlib

BINDING_REQUEST, BINDING_SUCCESS, BINDING_ERROR = 0x0001, 0x0101, 0x0111
COOKIE = 0x2112A442
USERNAME, INTEGRITY, PRIORITY, USE_CANDIDATE, FINGERPRINT, CONTROLLING = 0x6, 0x8, 0x24, 0x25, 0x8028, 0x802A


def attribute(kind, value):
    return struct.pack(">HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def request(username, pwd, nominate=False, fingerprint=True, kind=BINDING_REQUEST):
    body = attribute(USERNAME, username.encode()) + attribute(PRIORITY, struct.pack(">I", 1845501695))
    body += attribute(CONTROLLING, os.urandom(8))
    if nominate:
        body += attribute(USE_CANDIDATE, b"")
    transaction = os.urandom(12)

    def head(length):
        return struct.pack(">HHI", kind, length, COOKIE) + transaction
    if pwd is not None:
        digest = hmac.new(pwd.encode(), head(len(body) + 24) + body, hashlib.sha1).digest()
        body += attribute(INTEGRITY, digest)
    if fingerprint:
        crc = zlib.crc32(head(len(body) + 8) + body) ^ 0x5354554E
        body += attribute(FINGERPRINT, struct.pack(">I", crc))
    return head(len(body)) + body


def kind_of(message):
    return struct.unpack(">H", message[:2])[0] if len(message) >= 20 else None
