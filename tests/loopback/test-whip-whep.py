#!/usr/bin/env python3
"""The relay's HTTP side against RFC 9725 and the WHEP draft, and what bad requests get: the right
status, a problem that says which, and a count in /metrics (docs/protocol.md)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import base64
import hashlib
import hmac
import json
import socket
import time

from support import tap
from support.http import FRAGMENT, SDP
from support.lesson import SECRET, LessonCase
from support.offers import attribute, fragment, offer, random_ufrag
from support.program import Program


class Endpoint(LessonCase):
    """One relay for each test; nobody connects."""

    auth = None
    relay_keys = {}

    def setUp(self):
        super().setUp()
        self.relay = self.start_relay(auth=self.auth, **self.relay_keys)

    def post(self, kind="whep", body=None, room="math", content_type=SDP, **keywords):
        return self.relay.request("POST", f"/{kind}/{room}", offer() if body is None else body,
                                  Content_Type=content_type, **keywords)

    def check_problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.text)
        self.assertEqual(self.relay.refusals(code), 1)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        self.assertTrue(answer.json["detail"])
        self.assertTrue(answer.json["title"])


class Post(Endpoint):
    def test_created(self):
        answer = self.post()
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.headers.get_content_type(), SDP)
        self.assertRegex(answer.headers["Location"], r"^/session/[A-Za-z0-9_-]{22,}$")
        self.assertRegex(answer.headers["ETag"], r'^"[^"]+"$')
        self.assertEqual(answer.headers["Accept-Patch"], FRAGMENT)
        exposed = answer.headers["Access-Control-Expose-Headers"]
        for name in ("Location", "Link", "ETag"):
            self.assertIn(name, exposed)
        self.assertNotEqual(answer.headers["Location"], self.post().headers["Location"])

    def test_answer(self):
        answer = self.post().text
        self.assertIn("a=ice-lite", answer)
        self.assertIn("a=group:BUNDLE 0 1", answer)
        self.assertEqual(answer.count("m="), 2)
        self.assertEqual([line for line in answer.splitlines() if line.startswith("a=mid:")], ["a=mid:0", "a=mid:1"])
        self.assertIn("a=sendonly", answer)
        self.assertEqual(attribute(answer, "setup"), "passive")
        candidates = [line for line in answer.splitlines() if line.startswith("a=candidate:")]
        self.assertTrue(any(f"127.0.0.1 {self.relay.udp_port} typ host" in line and " udp " in line.lower()
                            for line in candidates), candidates)
        self.assertTrue(any("tcptype passive" in line for line in candidates), candidates)

    def test_rejected_line_keeps_its_place(self):
        lines = offer().replace("VP8/90000", "H266/90000")
        answer = self.post(body=lines)
        self.assertEqual(answer.status, 201, answer.text)
        self.assertIn("\r\nm=video 0 ", answer.text)
        self.assertIn("a=mid:1", answer.text)

    def test_content_type_with_parameter(self):
        self.assertEqual(self.post(content_type="Application/SDP; charset=utf-8").status, 201)

    def test_wrong_content_type(self):
        answer = self.post(content_type="text/plain")
        self.check_problem(answer, 415, "wrong-content-type")
        self.assertEqual(answer.headers["Accept-Post"], SDP)

    def test_accept_is_not_looked_at(self):
        # To WHEP players a 406 would mean a counter-offer.
        self.assertEqual(self.post(Accept="text/html").status, 201)

    def test_partly_usable_publisher(self):
        self.check_problem(self.post("whip", body=offer("sendonly", codec="H266")), 422, "no-codec")

    def test_bad_room(self):
        for room in (".hidden", "x" * 65, "a%20b", "a%0Ab"):
            answer = self.post(room=room)
            self.assertEqual((answer.status, answer.code), (400, "bad-room"), room)
        self.assertEqual(self.relay.refusals("bad-room"), 4)
        for path in ("a%2Fb", "a%00b", "a%FFb"):
            self.assertEqual(self.post(room=path).status, 404, path)

    def test_chinese_room(self):
        self.assertEqual(self.post(room="%E6%95%B0%E5%AD%A6").status, 201)
        self.assertEqual(self.relay.room("数学")["lesson"], "none")

    def test_not_sdp(self):
        self.check_problem(self.post(body="Good morning!"), 400, "not-sdp")
        self.assertEqual(self.post(body="").code, "not-sdp")
        self.assertEqual(self.post(body=bytes(range(256)) * 20).code, "not-sdp")

    def test_no_bundle(self):
        self.check_problem(self.post(body=offer(bundle=False)), 422, "no-bundle")

    def test_no_fingerprint(self):
        self.check_problem(self.post(body=offer(fingerprint=False)), 422, "no-fingerprint")

    def test_no_ice(self):
        self.check_problem(self.post(body=offer(ice=False)), 422, "no-ice")

    def test_no_codec(self):
        body = offer(codec="H266").replace("opus", "speex")
        self.check_problem(self.post(body=body), 422, "no-codec")

    def test_wrong_direction(self):
        self.check_problem(self.post("whip", body=offer("recvonly")), 422, "bad-offer")
        self.assertEqual(self.post("whep", body=offer("sendonly")).code, "bad-offer")

    def test_too_large(self):
        self.check_problem(self.post(body="v=0\r\n" + "a" * 65536), 413, "too-large")
        self.assertEqual(self.post().status, 201)

    def test_too_large_without_a_length(self):
        def chunks():
            for _ in range(30):
                yield b"a" * 4096
        answer = self.post(body=chunks())
        self.assertEqual((answer.status, answer.code), (413, "too-large"))

    def test_largest_body(self):
        body = offer()
        filler = "a=x:" + "y" * 1000 + "\r\n"
        body += filler * ((65536 - len(body)) // len(filler))
        answer = self.post(body=body)
        self.assertNotEqual(answer.status, 413)
        self.assertLess(answer.status, 500)

    def test_method_not_allowed(self):
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.relay.request(method, "/whep/math")
            self.assertEqual((answer.status, answer.code), (405, "method-not-allowed"), method)
            self.assertIn("POST", answer.headers["Allow"])

    def test_get(self):
        for method in ("GET", "HEAD"):
            answer = self.relay.request(method, "/whep/math")
            self.assertEqual((answer.status, answer.text), (200, ""))
            self.assertEqual(answer.headers["Content-Type"], SDP)
            answer = self.relay.request(method, "/whip/math")
            self.assertEqual((answer.status, answer.text), (204, ""))

    def test_not_found(self):
        self.check_problem(self.relay.request("GET", "/nothing/here"), 404, "not-found")

    def test_every_truncation_of_an_offer(self):
        body = offer()
        for length in range(0, len(body), 7):
            answer = self.post(body=body[:length])
            self.assertIn(answer.status, (201, 400, 422), body[:length])
        self.assertEqual(self.relay.request("GET", "/healthz").status, 200)


class Options(Endpoint):
    relay_keys = {"ice_servers": "turn:turn.example.com:3478", "ice_server_username": "school",
                  "ice_server_password": "se\"cret"}

    def test_options(self):
        for kind in ("whip", "whep"):
            answer = self.relay.request("OPTIONS", f"/{kind}/math", Origin="https://school.example",
                                        Access_Control_Request_Method="POST")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Accept-Post"], SDP)
            self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
            for name in ("Authorization", "Content-Type", "If-Match"):
                self.assertIn(name, answer.headers["Access-Control-Allow-Headers"])
            self.assertIsNone(answer.headers["Link"])
            self.check_link(self.relay.request("OPTIONS", f"/{kind}/math"))

    def test_created(self):
        self.check_link(self.post())

    def check_link(self, answer):
        link = answer.headers["Link"]
        self.assertIn('<turn:turn.example.com:3478>; rel="ice-server"', link)
        self.assertIn('username="school"', link)
        self.assertIn('credential="se\\"cret"', link)


class Resource(Endpoint):
    def setUp(self):
        super().setUp()
        self.created = self.post(body=offer(ufrag="offr"))
        self.location = self.created.headers["Location"]
        self.etag = self.created.headers["ETag"]

    def patch(self, body, if_match=None, content_type=FRAGMENT):
        headers = {"If_Match": if_match} if if_match else {}
        return self.relay.request("PATCH", self.location, body, Content_Type=content_type, **headers)

    def test_delete_twice(self):
        self.assertEqual(self.relay.request("DELETE", self.location).status, 200)
        self.check_problem(self.relay.request("DELETE", self.location), 404, "unknown-session")
        self.assertIsNone(self.relay.room())

    def test_unknown(self):
        answer = self.relay.request("DELETE", "/session/AAAAAAAAAAAAAAAAAAAAAA")
        self.check_problem(answer, 404, "unknown-session")

    def test_options(self):
        answer = self.relay.request("OPTIONS", self.location)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Accept-Patch"], FRAGMENT)
        for method in ("PATCH", "DELETE"):
            self.assertIn(method, answer.headers["Access-Control-Allow-Methods"])

    def test_trickle(self):
        body = fragment("offr", candidate="candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host")
        self.assertEqual(self.patch(body, self.etag).status, 204)

    def test_trickle_without_etag(self):
        self.check_problem(self.patch(fragment("offr")), 428, "etag-missing")

    def test_trickle_with_the_wrong_etag(self):
        self.check_problem(self.patch(fragment("offr"), '"other"'), 412, "etag-mismatch")

    def test_wrong_content_type(self):
        answer = self.patch(fragment("offr"), self.etag, "application/json")
        self.check_problem(answer, 415, "wrong-content-type")
        self.assertEqual(answer.headers["Accept-Patch"], FRAGMENT)

    def test_bad_fragment(self):
        self.check_problem(self.patch("nonsense", self.etag), 400, "bad-fragment")

    def test_too_large(self):
        self.check_problem(self.patch("a" * 70000, self.etag), 413, "too-large")

    def test_ice_restart(self):
        answer = self.patch(fragment(random_ufrag()), "*")
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.headers.get_content_type(), FRAGMENT)
        self.assertNotEqual(answer.headers["ETag"], self.etag)
        self.assertNotEqual(attribute(answer.text, "ice-ufrag"), attribute(self.created.text, "ice-ufrag"))
        self.assertIn("a=candidate:", answer.text)
        # From now on the old tag is stale.
        self.check_problem(self.patch(fragment("offr"), self.etag), 412, "etag-mismatch")

    def test_get(self):
        answer = self.relay.request("GET", self.location)
        self.assertEqual((answer.status, answer.text), (204, ""))
        answer = self.relay.request("PUT", self.location)
        self.check_problem(answer, 405, "method-not-allowed")
        self.assertIn("DELETE", answer.headers["Allow"])


class Limits(Endpoint):
    relay_keys = {"max_rooms": 2, "max_sessions": 4, "max_sessions_per_room": 3}

    def check_full(self, answer, code):
        self.check_problem(answer, 503, code)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_rooms(self):
        self.assertEqual(self.post(room="a").status, 201)
        self.assertEqual(self.post(room="b").status, 201)
        self.check_full(self.post(room="c"), "limit-rooms")

    def test_sessions_in_a_room(self):
        locations = [self.post().headers["Location"] for _ in range(3)]
        self.check_full(self.post(), "limit-sessions")
        self.relay.request("DELETE", locations[0])
        self.assertEqual(self.post().status, 201)

    def test_sessions(self):
        for room in ("a", "a", "b", "b"):
            self.assertEqual(self.post(room=room).status, 201)
        self.check_full(self.post(room="a"), "limit-sessions")


class Impatient(Endpoint):
    relay_keys = {"connect_timeout_ms": 600, "wait_for_lesson": False}

    def test_lesson_not_begun(self):
        answer = self.post()
        self.check_problem(answer, 409, "lesson-not-begun")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_who_never_connects_costs_nothing(self):
        answer = self.post("whip", body=offer("sendonly"))
        self.assertEqual(answer.status, 201)
        self.assertIsNotNone(self.relay.room())
        began = time.monotonic()
        self.wait_until("the session is gone", lambda: self.relay.room() is None)
        self.assertGreater(time.monotonic() - began, 0.3)
        self.assertEqual(self.relay.request("DELETE", answer.headers["Location"]).status, 404)


def sign(claims, secret=SECRET, header=None):
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    text = encode(header or {"alg": "HS256", "typ": "JWT"}) + b"." + encode(claims)
    tag = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(tag).rstrip(b"=")).decode()


class Tokens(Endpoint):
    auth = {"mode": "token", "secrets": SECRET}

    def token(self, *arguments):
        config = self.write_config("token.conf", {"auth": self.auth})
        program = Program(self.home, "token", "--config", config, *arguments)
        self.assertEqual(program.wait(), 0, program.tail())
        return program.lines[0]

    def check_unauthorized(self, answer):
        self.check_problem(answer, 401, "unauthorized")
        self.assertIn("Bearer", answer.headers["WWW-Authenticate"])

    def test_none(self):
        self.check_unauthorized(self.post())

    def test_nonsense(self):
        self.check_unauthorized(self.post(token="nonsense"))

    def test_roles(self):
        teacher = self.token("--room", "math", "--role", "teacher")
        viewer = self.token("--room", "math", "--role", "viewer")
        self.assertEqual(self.post("whip", offer("sendonly"), token=teacher).status, 201)
        self.assertEqual(self.post("whep", token=viewer).status, 201)
        answer = self.post("whip", offer("sendonly"), token=viewer)
        self.check_problem(answer, 403, "forbidden")

    def test_other_room(self):
        token = self.token("--room", "math", "--role", "classroom")
        self.check_problem(self.post(room="physics", token=token), 403, "forbidden")

    def test_expired(self):
        past = int(time.time()) - 10
        self.check_unauthorized(self.post(token=sign({"room": "math", "role": "classroom", "exp": past})))

    def test_wrong_secret(self):
        future = int(time.time()) + 60
        token = sign({"room": "math", "role": "classroom", "exp": future}, "some other secret")
        self.check_unauthorized(self.post(token=token))

    def test_own_token_is_good(self):
        """The same claims, rightly signed: so the refusals above have the reasons that they name."""
        future = int(time.time()) + 60
        self.assertEqual(self.post(token=sign({"room": "math", "role": "classroom", "exp": future})).status, 201)

    def test_unsigned(self):
        future = int(time.time()) + 60
        token = sign({"room": "math", "role": "classroom", "exp": future}, header={"alg": "none"})
        self.check_unauthorized(self.post(token=token))
        self.assertEqual(self.post(token=token.rsplit(".", 1)[0] + ".").status, 401)

    def test_rooms_are_private(self):
        self.assertEqual(self.relay.request("GET", "/api/rooms").status, 401)
        self.post(token=self.token("--room", "math", "--role", "classroom"))
        other = self.token("--room", "physics", "--role", "teacher")
        self.assertEqual(self.relay.request("GET", "/api/rooms", token=other).json["rooms"], [])


class Slow(Endpoint):
    def test_half_a_request_disturbs_nobody(self):
        for _ in range(20):
            idle = socket.create_connection(("127.0.0.1", self.relay.port))
            self.addCleanup(idle.close)
            idle.sendall(b"POST /whep/math HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n"
                         b"Content-Length: 1000\r\n\r\nv=0")
        self.assertEqual(self.post().status, 201)

    def test_garbage_instead_of_http(self):
        for data in (b"\0" * 1000, b"\x16\x03\x01\x02\x00" + b"x" * 600, b"GET " + b"a" * 100000):
            stranger = socket.create_connection(("127.0.0.1", self.relay.port))
            stranger.settimeout(5)
            try:
                stranger.sendall(data)
            except OSError:
                pass
            stranger.close()
        self.assertEqual(self.post().status, 201)


if __name__ == "__main__":
    tap.main()
