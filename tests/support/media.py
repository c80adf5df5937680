"""What is in a recording: decoded with GStreamer's own tools, judged on samples."""
import array
import math
import os
import subprocess
import tempfile

WIDTH, HEIGHT, SOUND_RATE = 64, 36, 8000


def decode(path, pad, chain):
    """The raw bytes of one stream of a Matroska file."""
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw")
        result = subprocess.run(
            ["gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "matroskademux", "name=d",
             f"d.{pad}", "!", "queue", "!", "decodebin", "!", *chain.split(), "!", "filesink", f"location={raw}"],
            capture_output=True, text=True, timeout=60)
        if not os.path.exists(raw) or result.returncode != 0:
            raise AssertionError(f"{path} has no {pad} that plays: {result.stdout}{result.stderr}")
        with open(raw, "rb") as file:
            return file.read()


class Pictures:
    """The decoded frames, shrunk and grey."""

    def __init__(self, path):
        raw = decode(path, "video_0", "videoconvert ! videoscale ! "
                     f"video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT},pixel-aspect-ratio=1/1")
        size = WIDTH * HEIGHT
        self.frames = [raw[i:i + size] for i in range(0, len(raw) - size + 1, size)]

    def __len__(self):
        return len(self.frames)

    def contrast(self):
        """Standard deviation of the middle frame's brightness: a real picture has some tens."""
        frame = self.frames[len(self.frames) // 2]
        mean = sum(frame) / len(frame)
        return math.sqrt(sum((value - mean) ** 2 for value in frame) / len(frame))

    def distinct(self):
        return len(set(self.frames))


class Sound:
    def __init__(self, path):
        raw = decode(path, "audio_0", "audioconvert ! audioresample ! "
                     f"audio/x-raw,format=S16LE,rate={SOUND_RATE},channels=1")
        self.samples = array.array("h", raw[:len(raw) // 2 * 2])

    def seconds(self):
        return len(self.samples) / SOUND_RATE

    def loudness(self):
        """Root mean square of the samples, of 32768: speech has some hundreds or thousands."""
        return math.sqrt(sum(value * value for value in self.samples) / max(1, len(self.samples)))


def png_size(path):
    """Width and height of a whole PNG file (RFC 2083)."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[-12:] == b"\0\0\0\0IEND\xaeB`\x82", "no whole PNG"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
