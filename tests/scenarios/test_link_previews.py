# SPDX-License-Identifier: AGPL-3.0-or-later
"""Previews of links: made by who writes, of what the server fetches; nobody else fetches anything."""
import base64
import http.server
import json
import threading
import unittest
import zlib

from tests.scenarios.processes import RpcError, Scenario

PAGE = """<!doctype html><title>Plain</title><meta property="og:title" content="A &amp; B">
<meta property="og:description" content="What it is"><meta property="og:image" content="/picture.png">"""


def png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    head = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    rows = (b"\0" + b"\x20\x80\xc0" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Web:
    """A web of the test's own, on every address of loopback."""

    def __init__(self):
        self.asked: list[tuple[str, str, dict]] = []  # address, path, header fields
        web = self

        class Visit(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append((self.connection.getsockname()[0], self.path, dict(self.headers)))
                if self.path.startswith("/to/"):
                    self.send_response(302)
                    self.send_header("Location", f"http://{self.path[4:]}:{web.port}/secret")
                    self.end_headers()
                    return
                kind, body = ("image/png", png(640)) if self.path == "/picture.png" else ("text/html", PAGE.encode())
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Set-Cookie", "who=you")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Visit)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class LinkPreviews(Scenario):
    def setUp(self):
        super().setUp()
        self.web = Web()
        self.addCleanup(self.web.stop)

    def people(self, config: str):
        kithd = self.server(config)
        return kithd, self.device(kithd, "Ana"), self.device(kithd, "Ben")

    def allowed(self) -> str:
        return f'[links]\nallow = ["127.0.0.1/32:{self.web.port}"]\n'

    def test_a_preview_goes_with_the_text_and_nobody_else_fetches_it(self):  # PREVIEW-1 PREVIEW-2 PREVIEW-3
        kithd, ana, ben = self.people(self.allowed())
        link = self.web.url("/page")
        ana.run("send", ben.phone, f"see {link}.", "--preview", "--wait", "sent")
        self.assertEqual([path for _, path, _ in self.web.asked], ["/page", "/picture.png"])
        for _, _, fields in self.web.asked:
            self.assertNotIn("Cookie", fields)
            self.assertNotIn("Referer", fields)
        came = [json.loads(line) for line in ben.run("receive", "--json", "--timeout", "10").stdout.splitlines()][-1]
        self.assertEqual(came["text"], f"see {link}.")
        self.assertEqual(came["preview"],
                         {"url": link, "title": "A & B", "description": "What it is", "picture": True})
        shown = self.rpc(ben).call("get_message", id=came["id"])["text"]["preview"]
        thumbnail = base64.b64decode(shown["thumbnail"])
        self.assertTrue(thumbnail.startswith(b"\xff\xd8\xff"))
        self.assertLessEqual(len(thumbnail), 24576)
        self.assertEqual((shown["width"], shown["height"]), (200, 200))
        self.assertEqual(len(self.web.asked), 2, "who receives fetches nothing")
        self.assertNotIn("/page", kithd.log.read_text(), "links are not logged")

    def test_the_server_fetches_nothing_private(self):  # PREVIEW-2
        _, ana, ben = self.people(self.allowed())
        rpc = self.rpc(ana)
        rpc.call("connect")
        rpc.wait_online()
        for host in ("127.0.0.2", "2130706434", "0x7f000002", "127.2", "[::ffff:127.0.0.2]"):
            for link in (self.web.url("/secret", host), self.web.url(f"/to/{host}")):
                with self.assertRaises(RpcError) as refused:
                    rpc.call("fetch_link", url=link, what="kPage")
                self.assertIn(refused.exception.code, ("kLinkRefused", "kLinkUnreachable"), link)
        self.assertNotIn("/secret", [path for _, path, _ in self.web.asked])
        self.assertEqual({address for address, _, _ in self.web.asked}, {"127.0.0.1"})

    def test_without_a_preview_the_text_goes_all_the_same(self):  # PREVIEW-1
        _, ana, ben = self.people("[links]\nfetch = false\n")
        sent = ana.run("send", ben.phone, "see " + self.web.url("/page"), "--preview", "--wait", "sent")
        self.assertIn("without a preview", sent.stderr)
        none = ana.run("send", ben.phone, "no link at all", "--preview", "--wait", "sent")
        self.assertIn("no link", none.stderr)
        self.assertEqual(ben.receive_texts("--timeout", "10"), ["see " + self.web.url("/page"), "no link at all"])
        self.assertEqual(self.web.asked, [])

    def test_the_setting_is_shared_and_off_at_first(self):  # PREVIEW-3
        _, ana, _ = self.people("")
        self.assertIn("link_previews  off", ana.run("settings").stdout)
        ana.run("settings", "set", "link_previews", "on")
        self.assertTrue(json.loads(ana.run("settings", "--json").stdout)["link_previews"])


if __name__ == "__main__":
    unittest.main()
