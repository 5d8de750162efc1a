#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes base/unicode_tables.inc from the Unicode Character Database.

  tools/make_unicode_tables.py [DIRECTORY]    the database's files; without, Debian's package unicode-data is fetched

What the tables mean: base/unicode.cc.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "base" / "unicode_tables.inc"

# Marks that people leave out: of Latin, Greek, Cyrillic, Hebrew, Arabic, Syriac. Those of other scripts are their
# vowels.
LEFT_OUT = [
    (0x300, 0x36F),
    (0x483, 0x487),
    (0x591, 0x5BD),
    (0x5BF, 0x5BF),
    (0x5C1, 0x5C2),
    (0x5C4, 0x5C5),
    (0x5C7, 0x5C7),
    (0x610, 0x61A),
    (0x640, 0x640),
    (0x64B, 0x65F),
    (0x670, 0x670),
    (0x6D6, 0x6DC),
    (0x6DF, 0x6E4),
    (0x6E7, 0x6E8),
    (0x6EA, 0x6ED),
    (0x711, 0x711),
    (0x730, 0x74A),
    (0x8D3, 0x8E1),
    (0x8E3, 0x8FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
]
# Letters that have no decomposition, and are typed as others.
ALIKE = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ƒ": "f",
    "\u0671": "\u0627",
    "\u0649": "\u064a",
    "\u06cc": "\u064a",
    "\u0629": "\u0647",
    "\u06a9": "\u0643",
    "\u06c0": "\u0647",
    "\u2018": "'",
    "\u2019": "'",
    "\u02bc": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
}
GRAPHEME = [
    "Control",
    "Extend",
    "ZWJ",
    "SpacingMark",
    "Prepend",
    "Extended_Pictographic",
    "Regional_Indicator",
    "L",
    "V",
    "T",
]


def fetch():
    directory = tempfile.mkdtemp()
    subprocess.run(["apt-get", "download", "-q", "unicode-data"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    package = next(pathlib.Path(directory).glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", package, directory], check=True)
    return directory + "/usr/share/unicode"


def records(path):
    """(first, last, fields) of each line."""
    for line in path.read_text().splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if fields[0]:
            first, _, last = fields[0].partition("..")
            yield int(first, 16), int(last or first, 16), fields[1:]


class Folding:
    def __init__(self, data):
        self.decompositions, self.cases, self.ignorable, self.spaces = {}, {}, set(), set()
        for first, _, fields in records(data / "UnicodeData.txt"):
            if fields[4]:
                self.decompositions[first] = [int(p, 16) for p in fields[4].split() if not p.startswith("<")]
        for first, _, fields in records(data / "CaseFolding.txt"):
            if fields[0] in "CF":
                self.cases[first] = [int(p, 16) for p in fields[1].split()]
        for first, last, fields in records(data / "DerivedCoreProperties.txt"):
            if fields[0] == "Default_Ignorable_Code_Point":
                self.ignorable.update(range(first, last + 1))
        for first, last, fields in records(data / "PropList.txt"):
            if fields[0] == "White_Space":
                self.spaces.update(range(first, last + 1))

    def decompose(self, point):
        if point not in self.decompositions:
            return [point]
        return [part for inner in self.decompositions[point] for part in self.decompose(inner)]

    def fold(self, point):
        if point in self.spaces:
            return (0x20,)
        points = [point]
        for _ in range(3):
            points = [part for p in points for part in self.decompose(p)]
            points = [part for p in points for part in self.cases.get(p, [p])]
            points = [ord(part) for p in points for part in ALIKE.get(chr(p), chr(p))]
            points = [p for p in points if p not in self.ignorable and not any(a <= p <= b for a, b in LEFT_OUT)]
            points = [0x20 if p in self.spaces else p for p in points]
        return tuple(points)


def fold_runs(folding):
    """[first, count, step, kind, value]: kind 0 adds value to each, kind 1 stands for the text in the pool at value."""
    pool, places, runs = bytearray(), {(): 0}, []
    pool.append(0)
    for point in range(0x80, 0x110000):
        # Hangul syllables are computed; compatibility ideographs beyond the first plane nobody types.
        if 0xAC00 <= point <= 0xD7A3 or 0xD800 <= point <= 0xDFFF or 0x2F800 <= point <= 0x2FA1F:
            continue
        to = folding.fold(point)
        if to == (point,):
            continue
        if len(to) == 1 and to[0]:
            kind, value = 0, to[0] - point
        else:
            text = "".join(map(chr, to)).encode()
            if to not in places:
                places[to] = len(pool)
                pool += bytes([len(text)]) + text
            kind, value = 1, places[to]
        if runs:
            run = runs[-1]
            step = point - (run[0] + (run[1] - 1) * run[2])
            if run[3:] == [kind, value] and (step == run[2] or (run[1] == 1 and step == 2)):
                run[1], run[2] = run[1] + 1, step
                continue
        runs.append([point, 1, 1, kind, value])
    return [split for run in runs for split in pieces(run)], pool


def pieces(run):
    first, count, step, kind, value = run
    while count > 0:
        part = min(count, 256)
        yield first, part, step, kind, value
        first, count = first + part * step, count - part


def main():
    data = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else fetch())
    version = re.search(r"-([\d.]+)\.txt", (data / "CaseFolding.txt").read_text())[1]

    classes = {}
    for path, wanted in (
        (data / "auxiliary/GraphemeBreakProperty.txt", GRAPHEME),
        (data / "emoji/emoji-data.txt", GRAPHEME),
    ):
        for first, last, fields in records(path):
            if fields[0] in wanted:
                for point in range(first, last + 1):
                    classes.setdefault(point, GRAPHEME.index(fields[0]))
    graphemes = []
    for point in sorted(classes):
        if graphemes and graphemes[-1][2] == classes[point] and graphemes[-1][1] == point - 1:
            graphemes[-1][1] = point
        else:
            graphemes.append([point, point, classes[point]])
    grapheme_words = []
    for first, last, kind in graphemes:
        while first <= last:
            count = min(last - first + 1, 128)
            grapheme_words.append(first << 11 | (count - 1) << 4 | kind)
            first += count

    zeros = sorted(
        first for first, _, fields in records(data / "UnicodeData.txt") if fields[1] == "Nd" and fields[5] == "0"
    )
    runs, pool = fold_runs(Folding(data))
    heads = [first << 11 | (count - 1) << 3 | (step - 1) << 1 | kind for first, count, step, kind, _ in runs]
    values = [value for *_, value in runs]

    lines = [
        "// Generated by tools/make_unicode_tables.py: do not edit.",
        f"// Source: Unicode Character Database {version} (Unicode License).",
        f"// {4 * len(grapheme_words)} bytes for graphemes, {8 * len(runs) + len(pool)} for folding.",
        "",
    ]

    def array(kind, name, numbers):
        lines.append(f"constexpr {kind} {name}[] = {{")
        line = ""
        for number in numbers:
            if len(line) + len(str(number)) + 1 > 118:
                lines.append("  " + line)
                line = ""
            line += f"{number},"
        lines.extend(["  " + line, "};", ""])

    array("uint32_t", "kGraphemeRuns", grapheme_words)
    array("uint32_t", "kDigitZeros", zeros)
    array("uint32_t", "kFoldRuns", heads)
    array("int32_t", "kFoldValues", values)
    array("uint8_t", "kFoldPool", pool)
    OUTPUT.write_text("\n".join(lines).rstrip() + "\n")
    print("\n".join(lines[1:3]))


main()
