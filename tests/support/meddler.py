"""A network with a will of its own between clients and relay: HTTP passes through unchanged but for the
media port in answers, so that UDP passes through as well, and there a test may lose, repeat, change and
invent datagrams in both directions."""
import selectors
import socket
import threading

TO_RELAY, TO_CLIENT = "to relay", "to client"


def is_rtp(datagram):
    """Media, encrypted (RFC 7983); RTCP is not (RFC 5761)."""
    return len(datagram) > 12 and 128 <= datagram[0] <= 191 and not 192 <= datagram[1] <= 223


def is_rtcp(datagram):
    return len(datagram) > 8 and 128 <= datagram[0] <= 191 and 192 <= datagram[1] <= 223


class Meddler:
    """`meddle(direction, datagram)` returns the datagrams to pass on in its place; it is called on the
    meddler's own thread and may be exchanged at any time. TCP to the media port passes through unchanged."""

    def __init__(self, relay):
        self.relay = relay
        self.meddle = self.pass_on
        self.sockets = {}  # client address → socket towards the relay
        self.closing = False
        self.is_cut = False
        self.udp_blocked = False
        self.media_tcp_blocked = False  # new connections are refused
        self.rebinding = False
        self.held = []  # what TCP would have to say while the cable is out
        self.selector = selectors.DefaultSelector()
        self.http = socket.create_server(("127.0.0.1", 0))
        self.media_tcp, self.udp = self.new_media_port(relay)
        self.port = self.http.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.wake_read, self.wake_write = socket.socketpair()
        # The answer must keep its length.
        self.old_port = str(relay.udp_port).encode()
        self.new_port = str(self.udp.getsockname()[1]).encode()
        assert len(self.old_port) == len(self.new_port), "ports of different length"
        self.selector.register(self.http, selectors.EVENT_READ, lambda s: self.on_connection(s, relay.port))
        self.selector.register(self.media_tcp, selectors.EVENT_READ, self.on_media_connection)
        self.selector.register(self.udp, selectors.EVENT_READ, self.on_client)
        self.selector.register(self.wake_read, selectors.EVENT_READ, self.on_wake)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @classmethod
    def new_media_port(cls, relay):
        """UDP and TCP on one number, with as many digits as the relay's: answers must keep their length."""
        while True:
            tcp = socket.create_server(("127.0.0.1", 0))
            number = tcp.getsockname()[1]
            if len(str(number)) == len(str(relay.udp_port)):
                try:
                    return tcp, cls.new_udp(number)
                except OSError:
                    pass
            tcp.close()

    @staticmethod
    def new_udp(port=0):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        udp.bind(("127.0.0.1", port))
        udp.setblocking(False)
        return udp

    @staticmethod
    def pass_on(direction, datagram):
        return [datagram]

    def changed(self, direction, datagram):
        return [] if self.is_cut or self.udp_blocked else self.meddle(direction, datagram)

    def rebind(self):
        """As a NAT does that has forgotten its clients: from now on they have other addresses."""
        self.rebinding = True
        self.wake_write.send(b"x")

    def unplug(self):
        """Nothing passes any more, and nobody is told."""
        self.is_cut = True
        self.wake_write.send(b"x")

    def plug_in(self):
        self.is_cut = False
        self.wake_write.send(b"x")

    def run(self):
        while not self.closing:
            for key, _ in self.selector.select():
                try:
                    if self.is_cut and key.fileobj.type == socket.SOCK_STREAM and key.fileobj is not self.wake_read:
                        self.selector.unregister(key.fileobj)
                        self.held.append(key)
                    else:
                        key.data(key.fileobj)
                except OSError:
                    pass

    def on_wake(self, wake):
        wake.recv(16)
        if self.rebinding:
            self.rebinding = False
            for upstream in self.sockets.values():
                self.selector.unregister(upstream)
                upstream.close()
            self.sockets.clear()
        if not self.is_cut:
            for key in self.held:
                self.selector.register(key.fileobj, key.events, key.data)
            self.held.clear()

    def close(self):
        self.closing = True
        self.wake_write.send(b"x")
        self.thread.join(5)
        for key in [*self.selector.get_map().values(), *self.held]:
            key.fileobj.close()
        self.wake_write.close()

    def on_media_connection(self, listener):
        if self.media_tcp_blocked:
            listener.accept()[0].close()
        else:
            self.on_connection(listener, self.relay.udp_port)

    def on_connection(self, listener, port):
        client, _ = listener.accept()
        upstream = socket.socket()
        for stream in (client, upstream):
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            upstream.connect(("127.0.0.1", port))
        except OSError:
            client.close()  # the relay is down: so are we
            return
        self.selector.register(client, selectors.EVENT_READ, lambda s: self.on_stream(s, upstream, False))
        self.selector.register(upstream, selectors.EVENT_READ, lambda s: self.on_stream(s, client, True))

    def on_stream(self, source, target, is_answer):
        try:
            data = source.recv(1 << 16)
            if is_answer:
                data = data.replace(b" 127.0.0.1 %s " % self.old_port, b" 127.0.0.1 %s " % self.new_port)
            if data:
                target.sendall(data)
                return
        except OSError:
            pass
        self.held = [key for key in self.held if key.fileobj is not target]
        for stream in (source, target):
            try:
                self.selector.unregister(stream)
            except (KeyError, ValueError):
                pass
            stream.close()

    def on_client(self, udp):
        while True:
            try:
                datagram, client = udp.recvfrom(4096)
            except BlockingIOError:
                return
            upstream = self.sockets.get(client)
            if upstream is None:
                upstream = self.sockets[client] = self.new_udp()
                upstream.connect(("127.0.0.1", self.relay.udp_port))
                self.selector.register(upstream, selectors.EVENT_READ, lambda s, c=client: self.on_relay(s, c))
            for changed in self.changed(TO_RELAY, datagram):
                try:
                    upstream.send(changed)
                except OSError:
                    pass

    def on_relay(self, upstream, client):
        while True:
            try:
                datagram = upstream.recv(4096)
            except OSError:
                return
            for changed in self.changed(TO_CLIENT, datagram):
                self.udp.sendto(changed, client)
