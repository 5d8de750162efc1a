#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes a flame graph as SVG of what `perf script` prints.

    perf record -F 499 --call-graph dwarf -p PID -- sleep 5
    perf script | tools/make_flame_graph.py --title "kithd, pairs" > docs/images/flame-graph.svg

A box is a function; its width is the share of samples in it and in what it called; on it stand the functions that it
called.
"""
import argparse
import html
import re
import sys

WIDTH, ROW, PAD, LEAST = 1200, 16, 36, 1.5


def read_stacks(lines):
    """A list of function names for each sample, outermost first."""
    stack = []
    for line in lines:
        line = line.rstrip()
        if not line:
            if stack:
                yield stack[::-1]
            stack = []
        elif line[0] in " \t":
            match = re.match(r"\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \((.*)\)$", line)
            if match and match[1] != "[unknown]":
                stack.append((short(match[1]), "[kernel" in match[2]))
    if stack:
        yield stack[::-1]


def short(name):
    """A function's name without arguments and template parameters."""
    name = name.replace("(anonymous namespace)::", "").replace("operator()", "call").replace(" [clone .actor]", "")
    while True:
        plain = re.sub(r"<[^<>]*>", "", name)
        if plain == name:
            break
        name = plain
    return name.split("(")[0].removeprefix("std::").removeprefix("kith::")


def add(tree, stack):
    tree["count"] += 1
    for name, kernel in stack:
        tree = tree["called"].setdefault(name, {"count": 0, "called": {}, "kernel": kernel})
        tree["count"] += 1


def depth(node, scale):
    if node["count"] * scale < LEAST:
        return 0
    return 1 + max((depth(child, scale) for child in node["called"].values()), default=0)


def draw(name, node, left, level, height, scale, total):
    width = node["count"] * scale
    if width < LEAST:
        return
    top = height - PAD - level * ROW
    share = f"{100 * node['count'] / total:.1f} %"
    color = "#8fb4d9" if node.get("kernel") else "#e8a45c"
    label = html.escape(
        name if len(name) * 6.3 < width else name[: max(0, int(width / 6.3) - 1)] + "…" if width > 25 else ""
    )
    print(
        f'<g><title>{html.escape(name)}: {share}</title><rect x="{left:.1f}" y="{top}" width="{width - 0.4:.1f}" '
        f'height="{ROW - 1}" fill="{color}"/>'
        f'<text x="{left + 3:.1f}" y="{top + 11}">{label}</text></g>'
    )
    for child_name, child in sorted(node["called"].items()):
        draw(child_name, child, left, level + 1, height, scale, total)
        left += child["count"] * scale


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    root = {"count": 0, "called": {}}
    for stack in read_stacks(sys.stdin):
        add(root, stack)
    if root["count"] == 0:
        sys.exit("no samples")
    scale = WIDTH / root["count"]
    height = PAD * 2 + depth(root, scale) * ROW
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="monospace" font-size="10.5">'
    )
    print(
        f'<rect width="{WIDTH}" height="{height}" fill="#fffdf8"/>'
        f'<text x="10" y="20" font-size="14">{html.escape(options.title)}: '
        f"{root['count']} samples; blue: kernel</text>"
    )
    draw("all", root, 0, 1, height, scale, root["count"])
    print("</svg>")


main()
