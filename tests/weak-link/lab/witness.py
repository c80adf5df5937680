"""What the witness wrote: pictures and pieces of sound with their times."""
import bisect
import dataclasses
import pathlib


@dataclasses.dataclass
class Picture:
    time_us: int
    number: int  # -1: not legible
    width: int
    height: int
    position: int  # of its pixels, -1 if they were not kept


@dataclasses.dataclass
class Sound:
    time_us: int
    position: int
    samples: int


@dataclasses.dataclass
class Voice:
    time_us: int
    position: int
    size: int


class Witness:
    def __init__(self, prefix):
        self.pictures, self.sounds, self.voices = [], [], []
        path = pathlib.Path(f"{prefix}.events")
        for line in path.read_text().splitlines() if path.exists() else ():
            kind, *values = line.split()
            numbers = [int(value) for value in values]
            if kind == "picture" and len(numbers) == 5:
                self.pictures.append(Picture(*numbers))
            elif kind == "sound" and len(numbers) == 3:
                self.sounds.append(Sound(*numbers))
            elif kind == "voice" and len(numbers) == 3:
                self.voices.append(Voice(*numbers))


class Captures:
    """When each frame was last captured: the clip begins anew again and again."""

    def __init__(self, pictures):
        self.times = {}
        for picture in pictures:
            if picture.number >= 0:
                self.times.setdefault(picture.number, []).append(picture.time_us)

    def before(self, number, time_us):
        times = self.times.get(number, [])
        at = bisect.bisect_right(times, time_us)
        return times[at - 1] if at else None


def changed_pictures(pictures):
    """Without those that show what was already there."""
    last = None
    for picture in pictures:
        if picture.number != last:
            last = picture.number
            yield picture
