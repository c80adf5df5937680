"""A WebSocket client (RFC 6455) that reads the room's events."""
import base64
import json
import os
import socket
import struct
import time


class WebSocket:
    def __init__(self, port, path, seconds=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                            "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the WebSocket was closed")
        self.buffer += data

    def take(self, n):
        while len(self.buffer) < n:
            self.fill()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def frame(self):
        first, second = self.take(2)
        length = second & 0x7f
        if length == 126:
            length, = struct.unpack(">H", self.take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.take(8))
        return first & 0x0f, self.take(length)

    def send(self, opcode, data):
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.socket.sendall(bytes([0x80 | opcode, 0x80 | len(data)]) + mask + masked)

    def event(self):
        """The next event; ConnectionError once the relay has closed."""
        while True:
            opcode, data = self.frame()
            if opcode == 1:
                return json.loads(data)
            if opcode == 8:
                raise ConnectionError("closed by the relay")
            if opcode == 9:
                self.send(10, data)

    def wait_for(self, seconds=20, **wanted):
        """The next event whose fields are as wanted; others are passed over."""
        deadline = time.monotonic() + seconds
        seen = []
        while time.monotonic() < deadline:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                event = self.event()
            except TimeoutError:
                break
            if all(event.get(name) == value for name, value in wanted.items()):
                return event
            seen.append(event)
        raise AssertionError(f"no event {wanted} within {seconds} s; there were {seen}")

    def close(self):
        self.socket.close()
