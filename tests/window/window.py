"""A real window on a display of its own, with a mouse and a keyboard.

Nothing here knows how Sorot is built: it presses buttons and keys as the X server hands them to
any program, looks at the screen, and reads the files that the program writes. A place in the text
is found as a person could find it: click, select from the start of the article to there, copy, and
see what was copied.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Program: the Debian package that it is in.
NEEDED = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "xprop": "x11-utils",
    "xwininfo": "x11-utils",
    "xclip": "xclip",
    "import": "imagemagick",
}

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# Nothing but "close the window": any other key of the window manager could take one of Sorot's.
OPENBOX = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
  <applications>
    <application class="*"><decor>no</decor><position force="yes"><x>0</x><y>0</y></position></application>
  </applications>
</openbox_config>
"""

# Two presses at one place within this time are a double click.
DOUBLE_CLICK = 0.35


class Wrong(Exception):
    """Something is not as it should be."""


def check_tools():
    """Ends with the packages to install if a program is missing."""
    packages = sorted({package for tool, package in NEEDED.items() if shutil.which(tool) is None})
    if packages:
        sys.exit(f"These tests of the real window need more programs: apt-get install {' '.join(packages)}")


def find_program(named=None):
    """The program to test: the one named, else the newest that cargo built."""
    if named:
        return pathlib.Path(named).resolve()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    built = [path for path in (target / "release/sorot", target / "debug/sorot") if path.exists()]
    if not built:
        sys.exit("There is no program to test: run `cargo build --release` first, or name one with --program")
    return max(built, key=lambda path: path.stat().st_mtime)


def wait_for(what, probe, seconds=20):
    """The first answer of `probe` that is not nothing; it may raise `Wrong` to be asked again."""
    end = time.monotonic() + seconds
    reason = "nothing came"
    while time.monotonic() < end:
        try:
            answer = probe()
            if answer is not None and answer is not False:
                return answer
        except Wrong as wrong:
            reason = str(wrong)
        time.sleep(0.03)
    raise Wrong(f"waited {seconds} s for {what}: {reason}")


def capture(*command):
    """What a program prints; an empty text if it fails."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


class Display:
    """An X server with a window manager, ended together."""

    def __init__(self, width, height):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sorot-display-"))
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise Wrong("Xvfb did not start")
        self.name = f":{number}"
        os.environ["DISPLAY"] = self.name
        os.environ.pop("WAYLAND_DISPLAY", None)
        config = self.folder / "rc.xml"
        config.write_text(OPENBOX)
        self.manager = subprocess.Popen(
            ["openbox", "--config-file", str(config)],
            env={**os.environ, "HOME": str(self.folder)},
            stderr=subprocess.DEVNULL,
        )
        manages = "_NET_SUPPORTING_WM_CHECK(WINDOW)"
        wait_for("the window manager", lambda: manages in capture("xprop", "-root"))

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class Home:
    """A home folder for the program alone."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="sorot-home-"))
        self.data = self.path / "data"
        self.config = self.path / "config"
        self.settings_path = self.config / "sorot/settings.json"
        self.sample = self.data / "sorot/sample"

    def environment(self):
        environment = {
            **os.environ,
            "HOME": str(self.path),
            "XDG_DATA_HOME": str(self.data),
            "XDG_CONFIG_HOME": str(self.config),
            "XDG_CACHE_HOME": str(self.path / "cache"),
            "XDG_STATE_HOME": str(self.path / "state"),
            "USER": "rina",
            "LOGNAME": "rina",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        for name in ("DBUS_SESSION_BUS_ADDRESS", "SOROT_RENDERER"):
            environment.pop(name, None)
        return environment

    def settings(self):
        """The program's settings as they are on disk."""
        try:
            return json.loads(self.settings_path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}

    def write_settings(self, **changes):
        """Changes settings on disk; only while the program does not run."""
        self.settings_path.parent.mkdir(parents=True, exist_ok=True)
        self.settings_path.write_text(json.dumps({**self.settings(), **changes}))

    def shown(self):
        """The article that is open, by the settings on disk."""
        return (self.settings().get("place") or {}).get("article")

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Program:
    """Sorot, running in a window."""

    def __init__(self, path, home, arguments=()):
        self.log = open(home.path / "log", "ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(path), *arguments], env=home.environment(), cwd=home.path, stdout=self.log, stderr=self.log
        )
        self.home = home

    def wait_until_open(self):
        """Waits until the window has the keyboard and shows an article."""
        wait_for("the window", lambda: capture("xdotool", "getactivewindow", "getwindowname").strip() == "Sorot")
        self.window = capture("xdotool", "getactivewindow").strip()
        info = dict(
            line.strip().split(":", 1) for line in capture("xwininfo", "-id", self.window).splitlines() if ":" in line
        )
        self.x, self.y = (int(info[f"Absolute upper-left {axis}"]) for axis in "XY")
        self.width, self.height = int(info["Width"]), int(info["Height"])
        wait_for("the first article", self.home.shown)

    def is_running(self):
        return self.process.poll() is None

    def close(self):
        """Closes the window as its button does, and waits until the program has ended."""
        keys("alt+F4")
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            raise Wrong("the program did not end when its window was closed")
        if code != 0:
            raise Wrong(f"the program ended with {code}: {(self.home.path / 'log').read_text()}")

    def kill(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()

    # Places are counted from the window's upper left corner.

    def move(self, x, y):
        capture("xdotool", "mousemove", str(int(self.x + x)), str(int(self.y + y)))

    def click(self, x, y, times=1):
        place = [str(int(self.x + x)), str(int(self.y + y))]
        capture("xdotool", "mousemove", *place, *["sleep", "0.05", "click", "1"] * times, "sleep", "0.05")

    def drag(self, start, end, held=None):
        """Drags slowly, as a hand does; `held` is a key that is down meanwhile."""
        if held:
            capture("xdotool", "keydown", held)
        self.move(*start)
        time.sleep(0.08)
        capture("xdotool", "mousedown", "1")
        for step in range(1, 7):
            self.move(*(a + (b - a) * step / 6 for a, b in zip(start, end)))
            time.sleep(0.08)
        capture("xdotool", "mouseup", "1")
        if held:
            capture("xdotool", "keyup", held)
        time.sleep(DOUBLE_CLICK)

    def press(self, x, y):
        """Holds the button down."""
        self.move(x, y)
        time.sleep(0.1)
        capture("xdotool", "mousedown", "1")
        time.sleep(0.1)

    def release(self):
        capture("xdotool", "mouseup", "1")
        time.sleep(DOUBLE_CLICK)

    def picture(self, path):
        """Draws what the screen shows."""
        time.sleep(0.4)
        shown = capture("xdotool", "getactivewindow").strip()
        if subprocess.run(["import", "-window", shown, str(path)], stderr=self.log).returncode != 0:
            raise Wrong("the window could not be drawn")


def keys(*chords):
    """Presses keys one after another, each named as xdotool names it."""
    command = ["xdotool"]
    for chord in chords:
        command += ["key", chord, "sleep", "0.03"]
    capture(*command)


def type_fast(*chords):
    """Presses keys as fast as the X server takes them."""
    capture("xdotool", "key", "--delay", "2", *chords)


CLIPBOARD = ("-selection", "clipboard")


def copied(*before):
    """What Ctrl+C puts on the clipboard, after other keys; nothing if there is nothing to copy."""
    mark = "nothing was copied"
    subprocess.run(["xclip", *CLIPBOARD], input=mark, text=True, stdout=subprocess.DEVNULL)
    keys(*before, "ctrl+c")

    def changed():
        text = capture("xclip", "-o", *CLIPBOARD)
        return text if text and text != mark else None

    try:
        return wait_for("the copied text", changed, seconds=0.8)
    except Wrong:
        return ""


class Text:
    """Where the shown article's text is on the screen."""

    def __init__(self, program, text):
        self.program = program
        self.text = text
        # Between the panels at their first widths, and below the bars of a window that is wide
        # enough for each of them to be one line.
        self.left = 246
        # The strip beside the scroll bar would jump.
        self.right = program.width - min(296, int(program.width * 0.3)) - 16
        self.top, self.bottom = 130, program.height - 60
        self.last = None

    def offset_at(self, x, y):
        """The code points before a place, without white space at their end; clicks there."""
        if self.last and max(abs(self.last[0] - x), abs(self.last[1] - y)) < 8:
            time.sleep(DOUBLE_CLICK)
        self.last = x, y
        keys("Escape", "Escape")
        self.program.click(x, y)
        before = copied("ctrl+shift+Home")
        if not self.text.startswith(before):
            raise Wrong(f"what stands before {x}, {y} is no start of the article: {before!r}")
        return len(before)

    def place_of(self, offset):
        """A place whose nearest caret is `offset`, or is parted from it by white space, which Sorot
        never selects at an end; in the part of the article that is in view when its start is."""
        offset = len(self.text[:offset].rstrip())
        keys("Escape", "Escape", "ctrl+Home")
        low = self.lowest(lambda at: at <= offset, self.top, self.bottom)
        start = self.offset_at(self.left, low)
        # Below the row's text hang its marks, above it may be empty lines: try from its top.
        high = self.lowest(lambda at: at < start, self.top, low) if start > 0 else self.top - 4
        while high < low:
            found = self.place_in_row(offset, high + 15)
            if found:
                return found
            high += 14
        raise Wrong(f"character {offset} is not in view")

    def lowest(self, is_wanted, low, high):
        """The lowest place at the left edge, from `low` on, whose offset is wanted."""
        while high - low > 5:
            middle = (low + high) / 2
            low, high = (middle, high) if is_wanted(self.offset_at(self.left, middle)) else (low, middle)
        return low

    def place_in_row(self, offset, y):
        low, high = self.left, self.right
        if self.offset_at(high, y) < offset:
            return None
        for _ in range(12):
            x = (low + high) / 2
            at = self.offset_at(x, y)
            if at == offset:
                return x, y
            low, high = (x, high) if at < offset else (low, x)
        return None

    def scan(self, offset):
        """As `place_of` in the first row, but looks at all places, in order: in text of both
        directions, what is farther right may come earlier."""
        offset = len(self.text[:offset].rstrip())
        keys("Escape", "Escape", "ctrl+Home")
        for x in range(self.right, self.left, -7):
            if self.offset_at(x, self.top + 16) == offset:
                return x, self.top + 16
        raise Wrong(f"character {offset} is not in the first row")

    def shown_after(self, place):
        """How many characters there are from a place to the lower edge."""
        return self.offset_at(self.left + 200, self.bottom - 40) - self.offset_at(*place)

    def find(self, words, number=0):
        """The code points where `words` stand."""
        at = -1
        for _ in range(number + 1):
            at = self.text.index(words, at + 1)
        return at, at + len(words)

    def select(self, words, number=0, held=None):
        """Drags over words."""
        start, end = self.find(words, number)
        start, end = self.place_of(start), self.place_of(end)
        keys("Escape", "Escape")
        time.sleep(DOUBLE_CLICK)
        self.program.drag(start, end, held)
