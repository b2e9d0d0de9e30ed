#!/usr/bin/env python3
"""Writes NAME.browser beside each NAME.marked: how Chromium breaks and orders the same text, in the
same fonts, size and width. Needs `chromium` (or the program that $CHROMIUM names).

A line of a .browser file is a row: runs from left to right, `3→9` if the code points 3 to 9 stand
from left to right there, `3←9` if they stand from right to left, then the row's width in pixels.
"""

import html
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH, SIZE = 400, 17
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BROWSER = os.environ.get("CHROMIUM", "chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--virtual-time-budget=5000"]

SCRIPT = """
async function rows() {
  await Promise.all([...document.fonts].map(font => font.load()));
  const rows = [];
  let offset = 0;
  for (const line of document.querySelectorAll("p")) {
    const node = line.firstChild;
    let row = null;
    for (const { segment, index } of new Intl.Segmenter("en").segment(node?.data ?? "")) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + segment.length);
      const rect = [...range.getClientRects()].sort((a, b) => b.width - a.width)[0];
      const start = offset;
      offset += [...segment].length;
      if (!rect || rect.width == 0) continue;
      // Taller fonts reach higher, but never to the row above or below.
      const middle = rect.top + rect.height / 2;
      if (!row || middle > row.bottom) rows.push(row = { bottom: 0, parts: [] });
      row.bottom = Math.max(row.bottom, rect.bottom);
      row.parts.push({ start, end: offset, x0: rect.left, x1: rect.right, space: segment.trim() == "" });
    }
    offset += 1;
  }
  return rows.map(row => row.parts);
}
rows().then(rows => { document.body.dataset.rows = JSON.stringify(rows); });
"""


def page(text):
    fonts = [("text", ROOT / "assets/fonts/NotoSans-Regular.ttf")]
    fonts += [(font.stem, font) for font in sorted((ROOT / "tests/fonts").glob("*.?tf"))]
    faces = "".join(f"@font-face {{ font-family: '{name}'; src: url('{path.as_uri()}'); }}\n" for name, path in fonts)
    families = ", ".join(f"'{name}'" for name, _ in fonts)
    lines = "".join(f'<p dir="auto">{html.escape(line)}</p>' for line in text.split("\n"))
    return f"""<!doctype html><meta charset="utf-8"><style>{faces}
      p {{ font: {SIZE}px {families}; width: {WIDTH}px; margin: 0 0 10px; white-space: pre-wrap;
           overflow-wrap: anywhere; text-rendering: geometricPrecision; }}
      </style><body>{lines}<script>{SCRIPT}</script>"""


def dump(text, picture=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page(text), encoding="utf-8")
        if picture:
            shot = [BROWSER, *FLAGS, f"--screenshot={picture}", "--window-size=420,300", path.as_uri()]
            subprocess.run(shot, capture_output=True, check=True)
        out = subprocess.run([BROWSER, *FLAGS, "--dump-dom", path.as_uri()], capture_output=True, check=True)
    found = re.search(r'data-rows="([^"]*)"', out.stdout.decode())
    return json.loads(html.unescape(found.group(1)))


def described(row):
    """The row as a line of the file. Spaces at its end hang over the margin and do not count."""
    last = max((part["end"] for part in row if not part["space"]), default=0)
    row = sorted((part for part in row if part["end"] <= last), key=lambda part: (part["x0"], part["x1"]))
    runs = []
    for part in row:
        start, end = part["start"], part["end"]
        if runs and runs[-1][2] != "←" and runs[-1][1] == start:
            runs[-1] = [runs[-1][0], end, "→"]
        elif runs and runs[-1][2] != "→" and end == runs[-1][0]:
            runs[-1] = [start, runs[-1][1], "←"]
        else:
            runs.append([start, end, ""])
    width = max(part["x1"] for part in row) - min(part["x0"] for part in row)
    return " ".join(f"{start}{sign or '→'}{end}" for start, end, sign in runs) + f"  {width:.1f}"


def main():
    """Takes names of cases, or none for all; --pictures FOLDER keeps what the browser drew."""
    arguments = sys.argv[1:]
    pictures = None
    if "--pictures" in arguments:
        at = arguments.index("--pictures")
        pictures = Path(arguments[at + 1])
        del arguments[at : at + 2]
    version = subprocess.run([BROWSER, "--version"], capture_output=True, text=True, check=True).stdout.split()
    for case in sorted(HERE.glob("*.marked")):
        if arguments and case.stem not in arguments:
            continue
        text = case.read_text(encoding="utf-8").split("\n---\n")[0]
        text = re.sub(r"\{/?\d+\}", "", text).replace("{{", "{").replace("}}", "}")
        rows = dump(text, pictures and pictures / f"{case.stem}.png")
        lines = [f"# {version[0]} {version[1].split('.')[0]}, {SIZE} px, {WIDTH} px wide", *map(described, rows)]
        case.with_suffix(".browser").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
