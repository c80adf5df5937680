#!/usr/bin/env python3
"""Strangers and broken networks: everything that they send is dropped and counted by reason, and the
lesson that runs meanwhile does not notice."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import os
import random
import resource
import socket
import struct

from support import stun, tap
from support.http import SDP
from support.lesson import LessonCase
from support.meddler import TO_RELAY, TO_CLIENT, Meddler, is_rtcp, is_rtp
from support.offers import PWD, attribute, offer


class Undisturbed(LessonCase):
    """A lesson runs; at the end it must run still, and nobody may have had to reconnect."""

    seconds = 200

    def setUp(self):
        super().setUp()
        self.relay, self.teacher, self.classroom = self.start_lesson(connect_timeout_ms=3000)
        self.session = self.receiver()["id"]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.connect(("127.0.0.1", self.relay.udp_port))
        self.udp.settimeout(5)
        self.addCleanup(self.udp.close)

    def receiver(self):
        return self.relay.room()["receivers"][0]

    def check_undisturbed(self):
        self.wait_for_packets(self.relay, 100)
        self.assertEqual(self.receiver()["id"], self.session)
        self.assertEqual(self.relay.room()["lesson"], "on")
        self.assertIsNone(self.classroom.find(r"link lost|recovering"))
        self.assertIsNone(self.teacher.find(r"link lost|recovering"))

    def check_counted(self, reason, n=1):
        self.wait_until(f"{n} × {reason}", lambda: self.relay.drops(reason) >= n)


class Datagrams(Undisturbed):
    def post(self, ufrag="strn"):
        answer = self.relay.request("POST", "/whep/math", offer(ufrag=ufrag), Content_Type=SDP)
        self.assertEqual(answer.status, 201)
        return answer, attribute(answer.text, "ice-ufrag"), attribute(answer.text, "ice-pwd")

    def check(self, request):
        """Sends a check until it is answered: the 201 may be faster than the media worker."""
        self.udp.settimeout(0.2)
        for _ in range(25):
            self.udp.send(request)
            try:
                return self.udp.recv(2048)
            except TimeoutError:
                pass
        raise AssertionError("no answer to a good check")

    def test_garbage(self):
        source = random.Random(1)
        for _ in range(300):
            self.udp.send(source.randbytes(source.randrange(1, 1500)))
        for first in range(256):
            self.udp.send(bytes([first]) * 40)
        self.udp.send(b"")
        self.check_counted("unknown-first-byte", 50)
        self.check_counted("unknown-peer", 50)
        self.check_counted("stun-malformed", 3)
        self.check_undisturbed()

    def test_stun_right(self):
        """So that the wrong ones below are refused for their own reason."""
        _, ufrag, pwd = self.post()
        answer = self.check(stun.request(f"{ufrag}:strn", pwd))
        self.assertEqual(stun.kind_of(answer), stun.BINDING_SUCCESS)
        self.check_undisturbed()

    def test_stun_with_a_wrong_key(self):
        _, ufrag, pwd = self.post()
        self.check(stun.request(f"{ufrag}:strn", pwd))
        self.udp.send(stun.request(f"{ufrag}:strn", "the-wrong-password-of-24"))
        self.check_counted("stun-bad-integrity")
        self.udp.send(stun.request(f"{ufrag}:strn", None))
        self.check_counted("stun-bad-integrity", 2)
        # Not a word in answer: the next thing to come is the answer to a good one.
        good = stun.request(f"{ufrag}:strn", pwd)
        self.assertEqual(self.check(good)[8:20], good[8:20])
        self.check_undisturbed()

    def test_stun_for_nobody(self):
        self.udp.send(stun.request("nobody99:strn", "the-wrong-password-of-24"))
        self.check_counted("stun-unknown-ufrag")
        self.check_undisturbed()

    def test_stun_truncated_and_flipped(self):
        _, ufrag, pwd = self.post()
        good = stun.request(f"{ufrag}:strn", pwd, nominate=True)
        self.check(good)
        for length in range(1, len(good)):
            self.udp.send(good[:length])
        for bit in range(0, len(good) * 8, 3):
            flipped = bytearray(good)
            flipped[bit // 8] ^= 1 << bit % 8
            self.udp.send(flipped)
        self.check_counted("stun-malformed", 30)
        self.check_undisturbed()

    def test_dtls_and_media_before_their_time(self):
        answer, ufrag, pwd = self.post()
        self.check(stun.request(f"{ufrag}:strn", pwd, nominate=True))
        self.udp.send(b"\x80\x60" + os.urandom(100))
        self.check_counted("srtp-not-ready")
        self.udp.send(b"\x16\xfe\xfd" + os.urandom(10))
        self.check_counted("dtls-malformed")
        # A whole record of nonsense ends the stranger's own session, and nobody else's.
        self.udp.send(b"\x16\xfe\xfd" + b"\0" * 8 + b"\x00\x40" + os.urandom(64))
        self.wait_until("the stranger is gone", lambda: len(self.relay.room()["receivers"]) == 1)
        self.assertEqual(self.relay.request("DELETE", answer.headers["Location"]).status, 404)
        self.check_undisturbed()

    def test_who_never_completes_ice_is_gone(self):
        answer, *_ = self.post()
        location = answer.headers["Location"]
        self.assertEqual(len(self.relay.room()["receivers"]), 2)
        self.wait_until("the session is gone", lambda: len(self.relay.room()["receivers"]) == 1)
        self.assertEqual(self.relay.request("DELETE", location).status, 404)
        self.check_undisturbed()

    def test_second_teacher(self):
        answer = self.relay.request("POST", "/whip/math", offer("sendonly"), Content_Type=SDP)
        self.assertEqual((answer.status, answer.code), (409, "teacher-present"))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(self.relay.refusals("teacher-present"), 1)
        second = self.start_send(self.relay, name="second")
        second.wait_for(r"another teacher is here")
        self.check_undisturbed()


class TcpFrames(Undisturbed):
    def connect(self):
        stranger = socket.create_connection(("127.0.0.1", self.relay.udp_port), timeout=10)
        self.addCleanup(stranger.close)
        return stranger

    def test_frame_too_large(self):
        stranger = self.connect()
        stranger.sendall(struct.pack(">H", 60000) + b"\0" * 3000)
        self.check_counted("frame-too-large")
        try:
            self.assertEqual(stranger.recv(1), b"")
        except ConnectionResetError:
            pass  # closed with our bytes unread
        self.check_undisturbed()

    def test_garbage_frames(self):
        stranger = self.connect()
        before = self.relay.drops("unknown-peer")
        for n in range(50):
            stranger.sendall(struct.pack(">H", 40) + b"\x80" + bytes([n]) * 39)
        self.check_counted("unknown-peer", before + 1)
        self.check_undisturbed()

    def test_half_a_frame_and_many_connections(self):
        for _ in range(100):
            self.connect().sendall(b"\x01")
        self.check_undisturbed()

    def test_no_descriptor_left(self):
        """Whoever cannot be accepted is refused: left in the queue, he would keep the relay awake."""
        pid = self.relay.child.pid
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 2, limits[1]))
        strangers = [self.connect() for _ in range(10)]
        self.assertEqual(strangers[-1].recv(1), b"")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        self.check_undisturbed()


class Network(LessonCase):
    """One classroom sits behind a bad network, another behind a good one."""

    seconds = 240

    def start(self, **relay):
        self.relay = self.start_relay(**relay)
        self.start_send(self.relay)
        self.meddler = Meddler(self.relay)
        self.addCleanup(self.meddler.close)
        self.good = self.start_recv(self.relay, name="good")
        self.wait_for_media(self.good)
        self.bad = self.start_recv(self.meddler.url, name="bad",
                                   network={"enable-tcp": False})
        self.wait_for_media(self.bad)

    def check_alive(self):
        self.wait_for_packets(self.relay, 100, receiver=0)
        self.wait_for_packets(self.relay, 100, receiver=1)
        self.assertIsNone(self.good.find(r"link lost|recovering"))
        self.assertIsNone(self.bad.find(r"link lost|recovering"))

    def decoded(self, program):
        return int(program.wait_for(r"stats decoded=(\d+)", 40, program.mark())[1])

    def check_pictures_go_on(self, program):
        """How many depends on how busy the machine is with everything else."""
        before = self.decoded(program)
        self.decoded(program)
        self.assertGreater(self.decoded(program), before + 30)

    def test_srtp_garbage_from_a_known_address(self):
        self.start()
        source = random.Random(2)

        def add_garbage(direction, datagram):
            if direction != TO_RELAY or not is_rtcp(datagram):
                return [datagram]
            flipped = bytearray(datagram)
            flipped[source.randrange(8, len(flipped))] ^= 0x10
            media = b"\x80\x60" + source.randbytes(100)
            return [bytes(flipped), datagram, datagram, datagram[:9], media]
        self.meddler.meddle = add_garbage
        for reason in ("srtp-authentication", "srtp-replay", "srtp-too-short"):
            self.wait_until(reason, lambda r=reason: self.relay.drops(r) >= 3)
        self.check_alive()

    def test_losses_are_repaired(self):
        """One packet in ten is lost on the way to the classroom; retransmission brings it back."""
        self.start()
        source = random.Random(3)

        def lose(direction, datagram):
            if direction == TO_CLIENT and is_rtp(datagram) and source.random() < 0.1:
                return []
            return [datagram]
        self.meddler.meddle = lose
        self.check_pictures_go_on(self.bad)
        used, asked = self.bad.wait_for(r"retransmitted=(\d+)/(\d+)", 40, self.bad.mark()).groups()
        self.assertGreater(int(asked), 10)
        self.assertGreater(int(used), 0.6 * int(asked), "what was asked for came in time")
        bad = self.relay.room()["receivers"][1]
        self.assertGreater(bad["retransmitted"], 10)
        self.assertGreater(bad["nacks"], 10)
        self.check_alive()

    def test_losses_of_the_teacher_are_repaired(self):
        self.relay = self.start_relay()
        self.meddler = Meddler(self.relay)
        self.addCleanup(self.meddler.close)
        source = random.Random(4)

        def lose(direction, datagram):
            if direction == TO_RELAY and is_rtp(datagram) and source.random() < 0.1:
                return []
            return [datagram]
        self.start_send(self.meddler.url, {"enable-tcp": False})
        self.good = self.start_recv(self.relay, name="good")
        self.wait_for_media(self.good)
        self.meddler.meddle = lose
        self.check_pictures_go_on(self.good)
        publisher = self.relay.room()["publisher"]
        self.assertGreater(publisher["nacks"], 10)
        self.assertGreater(publisher["retransmitted"], 10)

    def test_reordered_repeated_and_truncated(self):
        self.start()
        held = []
        source = random.Random(5)

        def mix(direction, datagram):
            if not is_rtp(datagram):
                return [datagram]
            choice = source.random()
            if choice < 0.05:
                held.append((direction, datagram))
                return []
            passed = [datagram]
            if choice < 0.1:
                passed.append(datagram)
            elif choice < 0.13:
                passed.append(datagram[:source.randrange(len(datagram))])
            elif held and held[0][0] == direction:
                passed.append(held.pop(0)[1])
            return passed
        self.meddler.meddle = mix
        self.check_pictures_go_on(self.bad)
        self.check_alive()


if __name__ == "__main__":
    tap.main()
