#!/usr/bin/env python3
"""A camera and a microphone are unplugged while a lesson runs, and plugged in again, or changed for others: with the real
binaries, the rest of the lesson goes on, the teacher is told, and all comes back by itself. The microphone is PulseAudio's."""
import os
import pathlib
import pty
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import tap
from support.devices import Plugs, SoundServer
from support.lesson import LessonCase
from support.shown import Shown

DARK = 90  # the placeholder's mean luma is below, the test camera's above


class Devices(LessonCase):
    seconds = 400

    def setUp(self):
        super().setUp()
        self.plugs = Plugs(self.path("devices"))
        self.plugs.plug("camera-one")
        self.relay = self.start_relay()

    def start_sound(self):
        return self.started(SoundServer(self.home))

    def start_teacher(self, camera="one", microphone="none", env=None, **keywords):
        source = {"source": "camera", "camera": camera, "microphone": microphone}
        return self.start_send(self.relay, source=source, env=dict(self.plugs.env, **(env or {})), **keywords)

    def start_classroom(self, name="recv"):
        shown = Shown(self.home, name)
        classroom = self.start_recv(self.relay, name=name, env=shown.env)
        classroom.shown = shown
        return classroom

    def brightness(self, classroom):
        pictures = classroom.shown.pictures()
        luma = classroom.shown.luma(pictures[-1]) if pictures else b""
        return sum(luma) / len(luma) if luma else None

    def wait_for_brightness(self, what, classroom, fits):
        def there():
            seen = self.brightness(classroom)
            return seen is not None and fits(seen)
        self.wait_until(what, there)

    def heard_ms(self, program, voice="recv: voice"):
        """Of what was said, in each line of the log: sums, without what was made up."""
        lines = program.find_all(voice + r" played_ms=(\d+) concealed_ms=(\d+)")
        return [int(line[1]) - int(line[2]) for line in lines]

    def wait_until_heard(self, program, voice="recv: voice"):
        """A second more than until now."""
        before = (self.heard_ms(program, voice) or [0])[-1]
        self.wait_until("the voice", lambda: (self.heard_ms(program, voice) or [0])[-1] >= before + 1000)

    def wait_until_silent(self, program):
        """Nothing is heard from one line of the log to the next."""
        def silent():
            heard = self.heard_ms(program)
            return len(heard) > 1 and heard[-1] - heard[-2] < 100
        self.wait_until("silence", silent)

    def assert_one_session(self, *programs):
        for program in programs:
            self.assertIsNone(program.find(r"connecting again|reconnect|WARNING.*link"), program.name)

    def test_camera(self):
        sound = self.start_sound()
        teacher = self.start_teacher(microphone="desk", env=sound.env)
        classroom = self.start_classroom()
        self.wait_for_media(classroom)
        self.wait_for_brightness("the camera", classroom, lambda seen: seen > DARK)
        for name in ("late", "later"):
            mark = teacher.mark()
            self.plugs.pull("camera-one")
            teacher.wait_for(r'the camera "camera-one" is gone', after=mark)
            self.wait_for_brightness("the placeholder", classroom, lambda seen: seen < DARK)
            self.wait_until_heard(classroom)
            late = self.start_classroom(name)  # sees the same
            self.wait_for_media(late)
            self.wait_for_brightness("the placeholder", late, lambda seen: seen < DARK)
            self.plugs.plug("camera-one")
            teacher.wait_for(r"the camera is there: camera-one", after=mark)
            for one in (classroom, late):
                self.wait_for_brightness("the camera again", one, lambda seen: seen > DARK)
            late.stop()
        self.assert_one_session(teacher, classroom)

    def test_microphone(self):
        sound = self.start_sound()
        teacher = self.start_teacher(microphone="desk", env=sound.env)
        classroom = self.start_classroom()
        self.wait_for_media(classroom)
        self.wait_until_heard(classroom)
        for _ in range(2):
            mark = teacher.mark()
            sound.pull()
            teacher.wait_for(r'the microphone "desk" is gone .*NOBODY HEARS', after=mark)
            teacher.wait_for(r"NO MICROPHONE: nobody hears you", after=mark)  # her line
            self.wait_until_silent(classroom)
            self.wait_for_brightness("the camera", classroom, lambda seen: seen > DARK)
            sound.plug()
            teacher.wait_for(r"the microphone is there: desk", after=mark)
            self.wait_until_heard(classroom)
        self.assert_one_session(teacher, classroom)

    def test_sound_server_restarts(self):
        sound = self.start_sound()
        teacher = self.start_teacher(microphone="desk", env=sound.env)
        classroom = self.start_classroom()
        self.wait_for_media(classroom)
        self.wait_until_heard(classroom)
        mark = teacher.mark()
        sound.stop()
        teacher.wait_for(r"NOBODY HEARS", after=mark)
        self.start_sound()
        teacher.wait_for(r"the microphone is there: desk", after=mark)
        self.wait_until_heard(classroom)
        self.assert_one_session(teacher, classroom)

    def test_changed_by_key(self):
        self.plugs.plug("camera-two", "60")
        self.plugs.plug("microphone-one")
        self.plugs.plug("microphone-two")
        keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, keyboard)
        self.addCleanup(os.close, terminal)
        teacher = self.start_teacher(microphone="one", stdin=terminal)
        classroom = self.start_classroom()
        self.wait_for_media(classroom)
        self.wait_for_brightness("the first camera", classroom, lambda seen: seen > DARK)
        os.write(keyboard, b"w")
        teacher.wait_for(r"camera: camera-two")
        self.wait_for_brightness("the second camera", classroom, lambda seen: seen < DARK)
        os.write(keyboard, b"v")
        teacher.wait_for(r"microphone: microphone-two")
        self.wait_until_heard(classroom)
        self.assertIsNone(teacher.find(r"is gone"))
        self.assert_one_session(teacher, classroom)

    def test_classroom_speaks(self):
        """One that is called on loses both."""
        keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, keyboard)
        self.addCleanup(os.close, terminal)
        self.plugs.plug("microphone-one")
        teacher = self.start_send(self.relay, source={"source": "test"}, stdin=terminal)
        guest = self.start_recv(self.relay, name="guest", network={"name": "guest"}, speak="called", env=self.plugs.env,
                                send={"source": "camera", "camera": "one", "microphone": "one"})
        listener = self.start_recv(self.relay, name="listener")
        for one in (guest, listener):
            self.wait_for_media(one)
        number = self.wait_until("the guest in the teacher's line", lambda: teacher.find_all(r"(\d) guest\b"))[-1][1]
        self.wait_until("the guest can be called on",
                        lambda: any(one.get("ready") for one in self.relay.room()["receivers"]))
        os.write(keyboard, number.encode())
        self.wait_until_heard(listener, "guest-voice=0")
        mark = guest.mark()
        for device in ("camera-one", "microphone-one"):
            self.plugs.pull(device)
        guest.wait_for(r'the camera "camera-one" is gone', after=mark)
        guest.wait_for(r'the microphone "microphone-one" is gone', after=mark)
        for device in ("camera-one", "microphone-one"):
            self.plugs.plug(device)
        guest.wait_for(r"the camera is there", after=mark)
        guest.wait_for(r"the microphone is there", after=mark)
        self.wait_until_heard(listener, "guest-voice=0")
        self.assert_one_session(teacher, guest, listener)


if __name__ == "__main__":
    tap.main()
