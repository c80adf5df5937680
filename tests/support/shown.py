"""What a headless classroom shows, as tests/weak-link/witness.c writes it down."""
import os
import subprocess

COMPARE_LUMA = os.environ.get("COMPARE_LUMA")
TOOLS = os.environ.get("WEAK_LINK_TOOLS")


class Shown:
    def __init__(self, home, name, compare_luma=COMPARE_LUMA):
        self.prefix = os.path.join(home, name)
        self.compare_luma = compare_luma
        self.wanted = {}
        self.env = {"GST_TRACERS": "lessonwitness", "GST_PLUGIN_PATH": TOOLS, "WEAK_LINK_WITNESS": self.prefix,
                    "GST_REGISTRY": os.path.expanduser("~/.cache/classcast-tests-registry-witness.bin")}

    def pictures(self):
        """(time, width, height, position) of those that were kept, two a second at most."""
        try:
            with open(self.prefix + ".events") as file:
                lines = [line.split() for line in file.read().split("\n")[:-1]]
        except FileNotFoundError:
            return []
        kept = [line for line in lines if line[0] == "picture" and int(line[5]) >= 0]
        return [(int(time) / 1e6, int(width), int(height), int(position)) for _, time, _, width, height, position in kept]

    def luma(self, picture):
        _, width, height, position = picture
        with open(self.prefix + ".pictures", "rb") as file:
            file.seek(position)
            return file.read(width * height)

    def similarity(self, page, width, height, picture=None):
        """Of what was shown last, or of @picture, to the file @page; 0 if it has another size, or is not written yet."""
        shown = self.pictures()
        picture = picture or (shown[-1] if shown else None)
        luma = self.luma(picture) if picture and picture[1:3] == (width, height) else b""
        if len(luma) != width * height:
            return 0
        seen = self.prefix + "-seen.gray"
        with open(seen, "wb") as file:
            file.write(luma)
        compared = subprocess.run([self.compare_luma, seen, self.luma_of(page), str(width), str(height), "100"], check=True,
                                  capture_output=True, text=True)
        return float(compared.stdout)

    def luma_of(self, page):
        """A file with it, in the colours of video: black is 16, white 235."""
        if page not in self.wanted:
            wanted = f"{self.prefix}-wanted-{len(self.wanted)}.gray"
            subprocess.run(["convert", page, "-colorspace", "Gray", "-depth", "8", "+level", "6.27%,92.16%", "gray:" + wanted], check=True)
            self.wanted[page] = wanted
        return self.wanted[page]
