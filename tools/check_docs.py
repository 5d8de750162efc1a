#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the documents against the code: what they name is there, and what is there is in them.

  openapi.yaml        its paths and methods are the routes of api_routes.cc and http_routes.cc, and those of
                      StreamRoutes, which have prefixes; a schema with the name of a message of wire/ has its
                      fields; the error codes it names are wire.ErrorCode's
  docs/protocol.md    each rule id is cited by a test, and no rule id is cited that is not defined there
  *.md                relative links lead to files; the files that docs/life-of-a-message.md and docs/recipes/ name are
                      there; so are the tests that are named as `Suite.Name`, and in a list behind it as `Name` (not:
                      `Name` in `file`)
  sources             have no line over 120 characters, and name their licence in their first three

Prints each difference; exits 1 when there is one.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
wrong: list[str] = []


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf8")


def sources() -> list[pathlib.Path]:
    folders = "base bench cli core core_wasm crypto fuzz net proto server sim tests web wire".split()
    suffixes = {".h", ".cc", ".ts", ".tsx", ".py", ".proto"}
    skipped = {"node_modules", "dist", "generated"}
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and not skipped & set(path.parts)
    ]


def is_test(path: pathlib.Path) -> bool:
    relative = path.relative_to(ROOT)
    return (
        re.search(r"(_test\.cc|_contract\.h|\.test\.tsx?|\.browser\.ts)$", path.name) is not None
        or relative.parts[0] in ("tests", "sim", "fuzz")
    )


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def fields_of(proto: str) -> dict[str, set[str]]:
    """The fields of each message on the first level of a schema, by their JSON names."""
    messages = {}
    proto = re.sub(r"//.*", "", proto)
    for start in re.finditer(r"^message (\w+) \{", proto, re.M):
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(proto[end], 0)
            end += 1
        own = re.sub(r"\b(?:message|enum) \w+ \{[^}]*\}", "", proto[start.end() : end])
        messages[start[1]] = {camel(field) for field in re.findall(r"\b(\w+) = \d+;", own)}
    return messages


def stream_routes() -> dict[str, set[str]]:
    """The methods of each path or prefix of the server's StreamRoutes, as literals there; GET takes HEAD with it."""
    files = [path for path in (ROOT / "server").rglob("*.cc") if not path.name.endswith("_test.cc")]
    code = "".join(re.sub(r"//.*", "", path.read_text(encoding="utf8")) for path in sorted(files))
    literals = re.findall(r'\{\s*(?:\.prefix = )?"(/v1/[^"]*)",\s*(?:\.methods = )?\{([^{}]*)\}', code)
    return {prefix: set(re.findall(r'"([A-Z]+)"', methods)) for prefix, methods in literals}


def check_openapi() -> None:
    api = text("proto/openapi.yaml")
    paths, _, components = api.partition("\ncomponents:")
    documented = set()
    for path, body in re.findall(r"^  (/\S*):\n((?:    .*\n|\n)+)", paths, re.M):
        methods = re.findall(r"^    (get|put|post|delete|patch|head):", body, re.M)
        documented |= {(method.upper(), path) for method in methods}
    routes = set(re.findall(r'\{"([A-Z]+)", "(/v1/[^"]+)", Caller', text("server/gateway/api_routes.cc")))
    plain = re.findall(r'path == "(/(?:healthz|readyz|metrics|source))"', text("server/gateway/http_routes.cc"))
    routes |= {("GET", path) for path in plain}
    for prefix, answered in stream_routes().items():
        below = {(method, path) for method, path in documented if path.startswith(prefix)}
        answered |= {"HEAD"} & {method for method, _ in below if "GET" in answered}
        routes |= {(method, path) for method, path in below if method in answered}
        routes |= {(method, prefix) for method in answered - {method for method, _ in below}}
    for method, path in sorted(routes - documented):
        wrong.append(f"proto/openapi.yaml: no {method} {path}, which the server has")
    for method, path in sorted(documented - routes):
        wrong.append(f"proto/openapi.yaml: {method} {path} is not the server's")

    messages = fields_of("".join(text(f"proto/wire/{name}.proto") for name in ("api", "frames", "groups")))
    for name, body in re.findall(r"^    (\w+):\n((?:      .*\n)+)", components, re.M):
        if name not in messages:
            continue
        fields = set(re.findall(r"(\w+): \{ ?(?:\$ref|type)", body)) - {"items", "properties"}
        for field in sorted(fields ^ messages[name]):
            where = "its schema" if field in fields else "openapi.yaml"
            wrong.append(f"proto/openapi.yaml: {name}.{field} is missing from {where}")

    codes = set(re.findall(r"^  (k\w+) = \d+;", text("proto/wire/frames.proto").split("enum ErrorCode")[1], re.M))
    for comment in re.findall(r"#( k[A-Z].*)$", api, re.M):
        unknown = [code for code in re.findall(r"\bk\w+", comment) if code not in codes]
        wrong.extend(f"proto/openapi.yaml: {code} is no error code" for code in unknown)


def check_rules() -> None:
    defined = set(re.findall(r"^- \*\*([A-Z]+-\d+)\*\*", text("docs/protocol.md"), re.M))
    families = "|".join(sorted({rule.split("-")[0] for rule in defined}))
    cited_by_tests: set[str] = set()
    cited_by_code: set[str] = set()
    for path in sources():
        for family, number in re.findall(
            rf"\b({families})[-_](\d+)\b", path.read_text(encoding="utf8").replace("_", "-")
        ):
            rule = f"{family}-{number}"
            if rule not in defined:
                wrong.append(f"{path.relative_to(ROOT)}: {rule} is not in docs/protocol.md")
            (cited_by_tests if is_test(path) else cited_by_code).add(rule)
    wrong.extend(f"docs/protocol.md: no code cites {rule}" for rule in sorted(defined - cited_by_code))
    wrong.extend(f"docs/protocol.md: no test cites {rule}" for rule in sorted(defined - cited_by_tests))


def documents() -> list[pathlib.Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "web").glob("*.md")]


def check_tests() -> None:
    tests: dict[str, set[str]] = {}
    for path in sources():
        if path.suffix in (".cc", ".h"):
            code = path.read_text(encoding="utf8")
            for suite, name in re.findall(r"\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", code):
                tests.setdefault(suite, set()).add(name)
    for document in documents():
        listed = r"`(\w+)\.(\w+|\*)`((?:,? (?:and )?`[A-Z]\w+`(?!\.| in `))*)"
        for cited in re.finditer(listed, document.read_text(encoding="utf8")):
            suite, first, others = cited.groups()
            if suite not in tests and not suite.endswith("Test"):
                continue
            for name in [first, *re.findall(r"\w+", others.replace(" and ", " "))]:
                if name != "*" and name not in tests.get(suite, set()):
                    wrong.append(f"{document.relative_to(ROOT)}: there is no test {suite}.{name}")
            if first == "*" and suite not in tests:
                wrong.append(f"{document.relative_to(ROOT)}: there are no tests {suite}.*")


def check_links() -> None:
    for document in documents():
        content = document.read_text(encoding="utf8")
        for link in re.findall(r"\]\(([^)#\s]+)", content):
            if "://" not in link and not (document.parent / link).exists():
                wrong.append(f"{document.relative_to(ROOT)}: {link} is not there")
        if document.name == "life-of-a-message.md" or document.parent.name == "recipes":
            for name in re.findall(r"`([\w./-]+/[\w.-]+\.(?:h|cc|ts|tsx|proto|py|md|css))`", content):
                if "generated" not in name and not (ROOT / name).exists():
                    wrong.append(f"{document.relative_to(ROOT)}: {name} is not there")


# What is generated is not in the repository, or is C++. Not measured yet: C++, whose code clang-format holds to the
# same, but not its comments and raw strings; the comments of .proto files; Markdown and openapi.yaml, whose prose and
# tables editors wrap.
LONGEST_LINE = 120
MEASURED = {".ts", ".tsx", ".css", ".mjs", ".js", ".py", ".sh", ".cmake", ".proto"}
# Their code is tools/format's, which takes no literal apart: what is measured here is comments.
FORMATTED = {".h", ".cc"}
# Pictures, each a path of one attribute.
DRAWINGS = {"web/ui/icons.tsx", "web/ui/part_icons.tsx", "web/ui/welcome_art.tsx"}


def is_measured(path: pathlib.Path) -> bool:
    if path.suffix in MEASURED or path.name == "CMakeLists.txt":
        return True
    if path.suffix != "":
        return False
    with path.open("rb") as file:
        return file.read(2) == b"#!"  # a script


def repository() -> list[str]:
    listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in sorted(set(names) - {""}) if (ROOT / name).is_file()]


# Below "#!", or first of all. Not: what is generated (*.inc), and what is read by people who set something (*.toml).
LICENCE = "SPDX-License-Identifier: AGPL-3.0-or-later"
LICENSED = MEASURED | FORMATTED | {".yaml"}


def check_licences() -> None:
    for name in repository():
        path = ROOT / name
        if (path.suffix in LICENSED or is_measured(path)) and LICENCE not in "".join(text(name).split("\n")[:3]):
            wrong.append(f"{name}: its first lines do not say {LICENCE}")


def check_lengths() -> None:
    for name in repository():
        path = ROOT / name
        is_formatted = path.suffix in FORMATTED
        if name in DRAWINGS or not (is_formatted or is_measured(path)):
            continue
        for number, line in enumerate(text(name).split("\n"), 1):
            if is_formatted and not line.lstrip().startswith("//"):
                continue
            if len(line) > LONGEST_LINE:
                wrong.append(f"{name}:{number}: {len(line)} characters; at most {LONGEST_LINE}")


check_openapi()
check_rules()
check_tests()
check_links()
check_lengths()
check_licences()
print("\n".join(wrong) or "documents: routes, schemas, rules, tests, links and files are as the code has them")
sys.exit(1 if wrong else 0)
