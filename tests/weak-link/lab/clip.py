"""What is taught in the laboratory: a film with numbered frames and a voice that speaks all the time."""
import dataclasses
import pathlib
import subprocess
import wave

from lab.lesson import environment

SECONDS = 8.32  # of the film: 208 frames
# From the Harvard sentences (IEEE 297-1969), with which telephones are tested.
TEXT = ("The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. It is easy to tell the "
        "depth of a well. These days a chicken leg is a rare dish. Rice is often served in round bowls. The juice of "
        "lemons makes fine punch.")


@dataclasses.dataclass
class Clip:
    path: pathlib.Path
    raw: pathlib.Path  # its frames, I420
    width: int
    height: int

    def for_browsers(self):
        """As files that Chromium takes for camera and microphone."""
        camera, voice = self.path.with_suffix(".y4m"), self.path.with_suffix(".wav")
        # y4menc writes the decoder's padding too if it is let.
        for path, launch in ((camera, ["h264parse", "!", "avdec_h264", "!", "video/x-raw,format=I420", "!",
                                       "identity", "drop-allocation=true", "!", "y4menc"]),
                             (voice, ["flacparse", "!", "flacdec", "!", "audioconvert", "!",
                                      "audio/x-raw,format=S16LE,rate=48000,channels=1", "!", "wavenc"])):
            if not path.exists():
                unpack(self.path, path, launch)
        return BrowserClip(camera, voice)


@dataclasses.dataclass
class BrowserClip:
    camera: pathlib.Path
    voice: pathlib.Path


def unpack(path, target, launch):
    """target: appears when it is whole."""
    part = target.with_suffix(".part")
    subprocess.run(["gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "matroskademux", "!", *launch, "!",
                    "filesink", f"location={part}"], check=True, env=environment(path.parent, path.parent))
    part.rename(target)


def find_film():
    listing = subprocess.run(["dpkg", "-L", "forensics-samples-files"], capture_output=True, text=True, check=True)
    return next(line for line in listing.stdout.splitlines() if line.endswith("movie-hello.mp4"))


def speak(path):
    spoken = path.with_suffix(".all.wav")
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-g", "0", "-w", spoken, TEXT], check=True)
    with wave.open(str(spoken)) as source, wave.open(str(path), "wb") as target:
        target.setparams(source.getparams())
        target.writeframes(source.readframes(int(SECONDS * source.getframerate())))
    spoken.unlink()


def prepare(tools, width=1280, height=720):
    """Makes the clip and GStreamer's registry with the witness; once a build directory."""
    path = tools / f"lecture-{width}x{height}.mkv"
    clip = Clip(path, path.with_suffix(".i420"), width, height)
    env = environment(tools, tools)
    if not (tools / "registry.bin").exists():
        env.pop("GST_REGISTRY_UPDATE")
    if not clip.path.exists():
        voice = tools / "voice.wav"
        speak(voice)
        subprocess.run([tools / "make-clip", find_film(), voice, clip.path, str(width), str(height)],
                       check=True, env=env, stdout=subprocess.DEVNULL)
    if not clip.raw.exists():
        unpack(clip.path, clip.raw, ["h264parse", "!", "avdec_h264", "!", "video/x-raw,format=I420"])
    return clip
