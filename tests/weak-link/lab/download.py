"""A long download over TCP.

  download.py serve ADDRESS         prints "port=N"; whoever connects gets bytes without end
  download.py fetch ADDRESS PORT    takes them
"""
import socket
import sys

PIECE = 65536


def serve(address):
    with socket.create_server((address, 0)) as server:
        print(f"port={server.getsockname()[1]}", flush=True)
        connection, _ = server.accept()
        while True:
            connection.sendall(bytes(PIECE))


def fetch(address, port):
    with socket.create_connection((address, int(port))) as connection:
        while connection.recv(PIECE):
            pass


{"serve": serve, "fetch": fetch}[sys.argv[1]](*sys.argv[2:])
