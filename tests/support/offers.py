"""Offers made by hand, so that each part can be left out or bent."""
import os

FINGERPRINT = ":".join(["AB"] * 32)
PWD = "a-password-of-24-letters"


def offer(direction="recvonly", codec="VP8", bundle=True, fingerprint=True, ice=True, setup="actpass", ufrag=None,
          video=True):
    """Opus and one video codec, bundled; `sendonly` publishes."""
    mids = "0 1" if video else "0"
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    if bundle:
        lines.append(f"a=group:BUNDLE {mids}")
    media = [("audio", 111, "opus/48000/2")]
    if video:
        media.append(("video", 96, f"{codec}/90000"))
    for mid, (kind, payload_type, mapping) in enumerate(media):
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload_type}", "c=IN IP4 0.0.0.0", f"a=mid:{mid}",
                  f"a={direction}", "a=rtcp-mux", f"a=rtpmap:{payload_type} {mapping}"]
        if ice:
            lines += [f"a=ice-ufrag:{ufrag or 'test'}", f"a=ice-pwd:{PWD}"]
        if fingerprint:
            lines.append(f"a=fingerprint:sha-256 {FINGERPRINT}")
        if setup:
            lines.append(f"a=setup:{setup}")
        if direction == "sendonly":
            lines.append(f"a=ssrc:{1000 + mid} cname:test")
    return "\r\n".join(lines) + "\r\n"


def attribute(sdp, name):
    """The first value of a=name:…"""
    for line in sdp.splitlines():
        if line.startswith(f"a={name}:"):
            return line.split(":", 1)[1]
    raise AssertionError(f"no a={name} in {sdp}")


def fragment(ufrag, pwd=PWD, mid="0", candidate=None):
    lines = [f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{pwd}", "m=audio 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{mid}"]
    if candidate:
        lines.append(f"a={candidate}")
    return "\r\n".join(lines) + "\r\n"


def random_ufrag():
    return os.urandom(4).hex()
