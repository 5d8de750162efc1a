#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes base/phone_metadata.inc, the numbering plans of all countries, from libphonenumber's metadata.

  tools/make_phone_metadata.py [VERSION]    fetches the package phonenumbers (libphonenumber's data for Python)
                                            from PyPI with pip

Patterns become programs for the matcher in base/phone_number.cc, one byte an instruction with its operand:
  0x00..0x09         this digit
  0x1n               n digits, any (n from 1)
  0x20, least, most  so many digits, any, as many as there are
  0x3h, low          one of the digits whose bits are set in the 10 bits h, low
  0x40, high, low    goes on behind this, or, where that fails, so many bytes further on
  0x41, high, low    goes on so many bytes further on
  0x5n               a group begins (n even) or ends (n odd)
  0x60               the end of the text has to be here
  0x61               matches
"""
import pathlib
import subprocess
import sys
import tempfile

# Mexico has had no prefixes since 2019, and address books have had them longer.
NATIONAL_PREFIXES = {"MX": "0(?:[12]|4[45])|1"}

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "base" / "phone_metadata.inc"


def fetch(version):
    directory = tempfile.mkdtemp()
    package = "phonenumbers" + (f"=={version}" if version else "")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", directory, package], check=True
    )
    sys.path.insert(0, directory)
    import phonenumbers

    return phonenumbers


class Compiler:
    """A regular expression of digits to a program: alternatives, groups, classes, ?, {n}, {n,m} and $."""

    def __init__(self, pattern):
        self.pattern = pattern
        self.at = 0
        self.groups = 0

    def program(self):
        code = self.alternatives()
        assert self.at == len(self.pattern), self.pattern
        return code + [0x61]

    def peek(self):
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def alternatives(self):
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        code = branches.pop()
        while branches:
            branch = branches.pop()
            branch = branch + self.offset(0x41, len(code))
            code = self.offset(0x40, len(branch)) + branch + code
        return code

    @staticmethod
    def offset(instruction, distance):
        assert distance < 65536
        return [instruction, distance >> 8, distance & 255]

    def sequence(self):
        code = []
        while self.peek() not in ("", "|", ")"):
            code += self.item()
        return code

    def item(self):
        character = self.peek()
        self.at += 1
        if character.isdigit():
            code = [int(character)]
        elif character == "\\":
            assert self.peek() == "d"
            self.at += 1
            code = None
        elif character == "$":
            return [0x60]
        elif character == "[":
            code = self.digit_class()
        elif character == "(":
            if self.pattern.startswith("?:", self.at):
                self.at += 2
                code = self.alternatives()
            else:
                group = self.groups
                self.groups += 1
                assert group < 8
                code = [0x50 | 2 * group] + self.alternatives() + [0x51 | 2 * group]
            assert self.peek() == ")"
            self.at += 1
        else:
            raise ValueError(self.pattern)
        least, most = self.quantifier()
        if code is None:  # any digit
            if least == most:
                return [0x10 | least] if least else []
            return [0x20, least, most]
        optional = []
        for _ in range(most - least):
            inner = code + optional
            optional = self.offset(0x40, len(inner)) + inner
        return code * least + optional

    def digit_class(self):
        bits = 0
        while self.peek() != "]":
            if self.peek() == "\\":
                assert self.pattern[self.at + 1] == "d"
                bits |= 0x3FF
                self.at += 2
                continue
            first = last = int(self.peek())
            self.at += 1
            if self.peek() == "-":
                last = int(self.pattern[self.at + 1])
                self.at += 2
            for digit in range(first, last + 1):
                bits |= 1 << digit
        self.at += 1
        return [0x30 | bits >> 8, bits & 255]

    def quantifier(self):
        if self.peek() == "?":
            self.at += 1
            return 0, 1
        if self.peek() != "{":
            return 1, 1
        end = self.pattern.index("}", self.at)
        least, _, most = self.pattern[self.at + 1 : end].partition(",")
        self.at = end + 1
        return int(least), int(most or least)


class Pool:
    """Programs, each once, in one array."""

    def __init__(self):
        self.bytes = [0x61]  # the empty pattern, which matches nothing but the empty text
        self.places = {None: 0, "": 0}

    def place(self, pattern):
        if pattern not in self.places:
            self.places[pattern] = len(self.bytes)
            self.bytes += Compiler(pattern).program()
        return self.places[pattern]


def lengths(numbers):
    bits = 0
    for length in numbers or ():
        if 0 < length < 32:
            bits |= 1 << length
    return bits


def main():
    phonenumbers = fetch(sys.argv[1] if len(sys.argv) > 1 else None)
    metadata = phonenumbers.PhoneMetadata
    plans = []
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:  # the main one comes first
            if region == "001":
                plans.append((code, "", metadata.metadata_for_nongeo_region(code)))
            else:
                plans.append((code, region, metadata.metadata_for_region(region)))
    pool = Pool()
    rows = []
    for code, region, plan in plans:
        mobile = plan.mobile.national_number_pattern if plan.mobile else None
        fixed = lengths(plan.fixed_line.possible_length) if plan.fixed_line else 0
        if fixed & (fixed - 1):
            fixed = 0  # of one length only are they known to be whole
        rule = (plan.national_prefix_transform_rule or "").replace("\\", "$")
        assert len(rule) < 8
        rows.append(
            '{%d, %s, %d, %d, %d, %d, %d, "%s", 0x%x, 0x%x},  // %s'
            % (
                code,
                "true" if plan.national_prefix else "false",
                pool.place(plan.international_prefix),
                pool.place(NATIONAL_PREFIXES.get(region, plan.national_prefix_for_parsing)),
                pool.place(plan.leading_digits),
                pool.place(plan.general_desc.national_number_pattern),
                pool.place(mobile),
                rule,
                lengths(plan.general_desc.possible_length),
                fixed,
                region or "no country",
            )
        )
    lines = [
        "// Generated by tools/make_phone_metadata.py: do not edit.",
        f"// Source: libphonenumber's metadata {phonenumbers.__version__} (Apache License 2.0), "
        "from the Python package",
        f"// phonenumbers. {len(plans)} plans of {len(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)} country codes,"
        f" {len(pool.bytes)} bytes of patterns.",
        "",
        f'inline constexpr char kPhoneMetadataVersion[] = "{phonenumbers.__version__}";',
        "",
        "constexpr uint8_t kPatterns[] = {",
    ]
    line = ""
    for byte in pool.bytes:
        if len(line) + len(str(byte)) + 1 > 118:
            lines.append("  " + line)
            line = ""
        line += f"{byte},"
    lines += ["  " + line, "};", "", "constexpr Plan kPlans[] = {"]
    lines += ["  " + row for row in rows]
    lines += ["};", ""]
    OUTPUT.write_text("\n".join(lines))
    print(f"{OUTPUT.name}: {len(plans)} plans, {len(pool.bytes)} bytes of patterns")


main()
