# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the terminal client promises to people and scripts, with real processes."""
import fcntl
import http.server
import json
import os
import pty
import shlex
import shutil
import signal
import ssl
import subprocess
import termios
import threading
import unittest

from tests.scenarios.processes import BIN, Scenario, eventually


def read_to_the_end(file: int) -> None:
    """A terminal takes what is written to it, or whoever writes waits."""
    try:
        while os.read(file, 65536):
            pass
    except OSError:
        pass  # nobody has the other end any more


class Terminal(Scenario):
    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")

    def test_names_stand_for_people_and_two_of_a_name_are_told_apart(self):
        self.ana.run("contacts", "add", self.ben.phone, "Ben Müller")
        self.ana.run("send", "ben müller", "by name", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["by name"])
        self.ana.run("contacts", "add", "+491700000077", "BEN MÜLLER")
        done = self.ana.run("send", "Ben Müller", "to whom?", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(self.ben.phone, done.stderr)
        self.assertIn("+491700000077", done.stderr)
        done = self.ana.run("history", "Ben Mueller", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean", done.stderr)

    def test_a_text_goes_to_several_people_as_json(self):
        eva = self.device(self.kithd, "Eva")
        done = self.ana.run("send", self.ben.phone, "to both", "--to", eva.phone, "--json", "--wait", "sent")
        sent = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["text"] for line in sent], ["to both"] * 2)
        self.assertEqual(self.ben.receive()[0]["id"], sent[0]["id"])
        self.assertEqual(eva.receive()[0]["id"], sent[1]["id"])

    def test_the_line_break_of_a_pipe_is_no_part_of_the_text(self):
        for dash in (["-"], []):
            for given in ("a\n", "a\r\n", "a"):
                self.ana.run("send", self.ben.phone, *dash, "--wait", "sent", input=given)
            self.assertEqual(self.ben.receive_texts(), ["a"] * 3)
            for blank in ("", " ", "\r\n", "\n\n"):
                done = self.ana.run("send", self.ben.phone, *dash, input=blank, check=False)
                self.assertEqual(done.returncode, 2, blank)
                self.assertIn("blank", done.stderr)

    def test_a_text_is_read_from_a_file_and_never_waited_for_at_a_terminal(self):
        text = self.directory / "text"
        text.write_text("from a file\n" + "x" * 40_000)
        with open(text) as file:
            subprocess.run([str(BIN / "kith"), "--home", str(self.ana.home), "send", self.ben.phone, "--wait", "sent"],
                           stdin=file, capture_output=True, timeout=30, check=True)
        self.assertEqual(self.ben.receive_texts(), [text.read_text()])
        ours, theirs = pty.openpty()
        try:
            done = subprocess.run([str(BIN / "kith"), "--home", str(self.ana.home), "send", self.ben.phone],
                                  stdin=theirs, capture_output=True, text=True, timeout=30)
        finally:
            os.close(ours)
            os.close(theirs)
        self.assertEqual(done.returncode, 2)
        self.assertIn("a text goes behind WHOM", done.stderr)

    def test_a_home_serves_others_while_a_text_is_waited_for(self):
        slow = subprocess.Popen(
            [str(BIN / "kith"), "--home", str(self.ana.home), "send", self.ben.phone, "--wait", "sent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: (self.ana.home / "socket").exists(), 20, "the home being held")
            self.ana.send(self.ben, "meanwhile", "--wait", "sent")
            self.assertEqual(self.ben.receive_texts(), ["meanwhile"])
            slow.communicate(b"at last", timeout=30)
            self.assertEqual(slow.returncode, 0)
        finally:
            slow.kill()
        self.assertEqual(self.ben.receive_texts(), ["at last"])

    def test_a_program_is_run_for_each_message_once_and_safely(self):
        texts = ["hello", "$(touch attacked); `touch attacked`; ' \" & touch attacked", "two\nlines"]
        for text in texts:
            self.ana.send(self.ben, text, "--wait", "sent")
        log, answers = self.directory / "log", self.directory / "answers"
        done = self.ben.run(
            "receive", "--exec", f'cat >> {log}; printf "%s|%s\\n" "$KITH_FROM" "$KITH_TEXT" >> {answers}'
        )
        self.assertEqual(done.stdout, "")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertEqual([line["text"] for line in lines], texts)
        self.assertEqual(answers.read_text(), "".join(f"{self.ana.phone}|{text}\n" for text in texts))
        self.assertFalse(os.path.exists("attacked"))
        self.assertEqual(self.ben.receive(), [])

    def test_a_program_that_is_run_may_use_the_same_home(self):
        following = subprocess.Popen(
            [str(BIN / "kith"), "--home", str(self.ben.home), "receive", "--follow", "--exec",
             f'{BIN}/kith send "$KITH_CONVERSATION" "you said: $KITH_TEXT"'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            self.ana.send(self.ben, "ping", "--wait", "sent")
            self.assertEqual(self.ana.receive_texts("--timeout", "20"), ["you said: ping"])
        finally:
            following.terminate()
            following.wait(20)

    def test_a_program_that_fails_is_reported_and_the_next_message_goes_on(self):
        for text in ("one", "two"):
            self.ana.send(self.ben, text, "--wait", "sent")
        done = self.ben.run("receive", "--exec", 'test "$KITH_TEXT" != one; exit $(($? * 3))')
        self.assertEqual(done.stderr.count("ended with 3"), 1)

    def test_the_first_message_of_a_stranger_has_their_name(self):
        self.ana.send(self.ben, "hello", "--wait", "sent")
        self.assertRegex(self.ben.run("receive").stdout, r" Ana: hello\n")

    def test_a_suggested_command_can_be_copied(self):
        cleo = self.device(self.kithd, "Cleo Two")
        self.ana.run("contacts", "add", cleo.phone, "Cleo Two")
        self.ana.send(cleo, "hi", "--wait", "sent")
        suggested = self.ana.run("verify", "Cleo Two").stderr.strip().rsplit(": kith ", 1)[1]
        self.ana.run(*shlex.split(suggested))

    def test_a_contact_is_removed_by_name_and_one_that_is_none_is_named(self):
        self.ana.run("contacts", "add", self.ben.phone, "Ben M")
        self.ana.run("contacts", "remove", "ben m")
        self.assertEqual(self.ana.run("contacts").stdout, "")
        done = self.ana.run("contacts", "remove", self.ben.phone, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not among the contacts", done.stderr)

    def test_a_note_to_oneself_is_named_and_done_at_once(self):
        self.ana.run("send", self.ana.phone, "buy milk", "--wait", "read", "--timeout", "20")
        listed = json.loads(self.ana.run("conversations", "--json").stdout.splitlines()[0])
        self.assertEqual(listed["title"], "Note to self")
        self.assertIn("Note to self", self.ana.run("conversations").stdout)

    def test_oneself_is_found_by_ones_own_names(self):
        for whom in ("note to self", "ANA", self.ana.phone):
            self.ana.run("send", whom, f"for {whom}", "--wait", "read", "--timeout", "20")
        for whom in ("Note to self", "Ana", self.ana.phone):
            self.assertEqual(self.ana.run("history", whom).stdout.count("you: for "), 3, whom)
        self.assertEqual(len(self.ana.run("conversations", "--json").stdout.splitlines()), 1)
        self.assertIn(self.ana.phone, self.ana.run("profile", "show", "Note to self").stdout)

    def test_nobody_can_forge_a_line_of_ours(self):
        self.ben.run("profile", "set", "--about", "On the road\nhandle  +491700000099")
        self.ana.send(self.ben, "hi", "--wait", "sent")
        shown = self.ana.run("profile", "show", self.ben.phone).stdout.splitlines()
        self.assertEqual(len(shown), 3)
        self.assertEqual(sum(line.startswith("handle") for line in shown), 1)

    def test_json_holds_nothing_that_a_terminal_obeys(self):
        text = "a\u009b2J\u009d0;title\u0085\x1b[2J\u202eb"
        self.ana.send(self.ben, text, "--wait", "sent")
        line = self.ben.run("receive", "--json").stdout
        self.assertEqual(json.loads(line)["text"], text)
        for character in "\u009b\u009d\u0085\x1b\u202e":
            self.assertNotIn(character, line)

    def test_a_chat_ends_where_it_is_told_to_and_says_which_lines_it_does_not_take(self):
        lines = ["x" * 70_000, "hello", "/history none", "/historic", "/quit", "not this"]
        done = self.ana.run("chat", self.ben.phone, input="\n".join(lines))
        self.assertIn("longer than 65536 bytes", done.stderr)
        self.assertIn("/history takes a number", done.stdout)
        self.assertIn("no such command", done.stdout)
        self.assertEqual(self.ben.receive_texts("--timeout", "20"), ["hello"])
        self.assertEqual(self.ben.receive(), [])

    def test_a_line_that_was_not_sent_is_a_draft_however_the_chat_ends(self):
        def draft() -> str:
            return json.loads(self.ana.run("conversations", "--json").stdout)["draft"]

        # Each line has a word of its own: what is waited for is not in one that was kept before.
        for end, how in (("ctrl-c", None), ("terminate", signal.SIGTERM), ("hang-up", signal.SIGHUP)):
            ours, theirs = pty.openpty()
            shown = b""
            chat = subprocess.Popen([str(BIN / "kith"), "--home", str(self.ana.home), "chat", self.ben.phone],
                                    stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
            os.close(theirs)
            try:
                while b"Ben\x1b[0m > " not in shown:  # it is there, and takes keys
                    shown += os.read(ours, 65536)
                os.write(ours, f"by {end}".encode())
                while f"by {end}".encode() not in shown:
                    shown += os.read(ours, 65536)
                if how is None:
                    os.write(ours, b"\x03")
                else:
                    chat.send_signal(how)
                threading.Thread(target=read_to_the_end, args=(ours,), daemon=True).start()
                chat.wait(30)
            finally:
                chat.kill()
                chat.wait()
                os.close(ours)
            # The one before is shown again, and what is typed stands behind it.
            self.assertTrue(draft().endswith(f"by {end}"), draft())

    def test_rpc_gives_ids_back_as_they_came(self):
        ids = ["18446744073709551616", "1e3", "1.0", "-0", '"\\u0041"', "123456789012345678901234567890"]
        calls = "".join(f'{{"jsonrpc":"2.0","id":{one},"method":"get_state"}}\n' for one in ids)
        done = self.ana.run("rpc", "--no-connect", input=calls)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(ids), done.stdout + done.stderr)
        for one, line in zip(ids, lines):
            self.assertTrue(line.startswith(f'{{"jsonrpc":"2.0","id":{one},"result"'), line[:80])


class NotSent(Scenario):
    """Messages that failed: written offline to a number that nobody has."""

    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.number = "+491719990001"
        self.kithd.stop()
        self.ids = [self.ana.run("send", self.number, text).stdout.strip() for text in ("one", "two", "three")]
        self.kithd.start()

    def failed(self):
        return [json.loads(line)["id"] for line in self.ana.run("failed", "--json").stdout.splitlines()]

    def fail(self):
        done = self.ana.run("receive")
        eventually(lambda: self.failed() == self.ids, 20, "the failures")
        return done

    def test_the_command_that_learns_of_it_says_so(self):
        words = self.ana.run("receive").stderr
        for id, text in zip(self.ids, ("one", "two", "three")):
            self.assertIn(f'not sent: "{text}": nobody on this server', words)
            self.assertIn(f"kith retry {id} sends it again, kith delete {id} deletes it", words)
        self.assertIn("you: three ✗ not sent", self.ana.run("conversations").stdout)
        done = self.ana.run("history", self.number)
        self.assertEqual(done.stdout.count("✗ not sent"), 3)
        self.assertIn(f"kith retry {self.number} sends them again", done.stderr)
        listed = self.ana.run("failed").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in listed], self.ids)

    def test_what_failed_is_sent_again_once_somebody_has_the_number_and_deleted_when_not_wanted(self):
        self.fail()
        again = self.ana.run("retry", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("nobody on this server", again.stderr)
        self.ana.run("delete", self.ids[1])
        self.assertEqual(self.failed(), [self.ids[0], self.ids[2]])
        ben = self.device(self.kithd, "Ben", phone=self.number)
        sent = self.ana.run("retry", self.ids[0], "--wait", "sent", "--json").stdout
        self.assertEqual(json.loads(sent)["text"], "one")
        self.assertEqual(self.ana.run("retry", self.number, "--wait", "sent").stdout.split(), [self.ids[2]])
        self.assertEqual(ben.receive_texts(), ["one", "three"])
        self.assertIn("nothing to send again", self.ana.run("retry").stderr)
        refused = self.ana.run("retry", self.ids[0], check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("nothing is wrong with", refused.stderr)

    def test_in_a_chat_it_is_sent_again_or_deleted(self):
        self.fail()
        done = self.ana.run("chat", self.number, input="/delete\n")
        self.assertIn("deleted: three", done.stdout)
        self.assertEqual(self.failed(), self.ids[:2])
        ben = self.device(self.kithd, "Ben", phone=self.number)
        self.ana.run("chat", self.number, input="/retry\n")
        self.assertEqual(ben.receive_texts("--timeout", "20"), ["one", "two"])
        self.assertIn("Nothing here failed", self.ana.run("chat", self.number, input="/retry\n").stdout)


class Registering(Scenario):
    def register(self, *arguments, **environment):
        return subprocess.run(
            [
                str(BIN / "kith"),
                "--home",
                str(self.directory / "home"),
                "register",
                "--phone",
                "+491700000001",
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=30,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )

    def test_what_can_not_be_is_named_and_costs_no_code(self):
        for server, name, words in (
            ("http://user:pw@localhost:1", "Ana", "user name and password"),
            ("http://localhost:1", "", "name"),
            ("http://localhost:1", "\t ", "name"),
            ("localhost", "Ana", "no address"),
        ):
            done = self.register("--server", server, "--name", name)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    def test_an_untrusted_certificate_is_named_as_such(self):
        key, certificate = self.directory / "key.pem", self.directory / "certificate.pem"
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                key,
                "-out",
                certificate,
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
            ],
            check=True,
            capture_output=True,
        )
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            done = self.register("--server", f"https://localhost:{server.server_port}", "--name", "Ana")
        finally:
            server.shutdown()
            server.server_close()
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("certificate", done.stderr)
        self.assertIn("not trusted", done.stderr)

    def test_a_home_path_that_is_too_long_is_named(self):
        done = subprocess.run(
            [str(BIN / "kith"), "--home", str(self.directory / ("d" * 200) / ("e" * 200) / ("f" * 200)), "status"],
            capture_output=True,
            text=True,
            timeout=30,
        )
        self.assertEqual(done.returncode, 8)
        self.assertIn("longer than", done.stderr)

    def test_a_relative_data_directory_is_none(self):
        environment = {key: value for key, value in os.environ.items() if key != "KITH_HOME"}
        done = subprocess.run(
            [str(BIN / "kith"), "rpc"],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            env={**environment, "XDG_DATA_HOME": "relative", "HOME": str(self.directory)},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.directory / "relative").exists())
        self.assertTrue((self.directory / ".local/share/kith/kith.db").exists())

    def test_a_home_that_is_not_there_is_named_and_not_made(self):
        for directory in (self.directory / "mistyped", self.directory):
            for command in (
                ["status"],
                ["history", "+491700000002"],
                ["send", "+491700000002", "x"],
                ["receive", "--json"],
            ):
                done = subprocess.run(
                    [str(BIN / "kith"), "--home", str(directory), *command],
                    capture_output=True,
                    text=True,
                    timeout=30,
                    stdin=subprocess.DEVNULL,
                )
                self.assertEqual(done.returncode, 3, (command, done.stderr))
                self.assertIn(f"there is no home in {directory}", done.stderr)
        self.assertEqual(list(self.directory.iterdir()), [])
        done = subprocess.run(
            [str(BIN / "kith"), "--home", str(directory), "status", "--json"],
            capture_output=True,
            text=True,
            timeout=30,
        )
        self.assertFalse(json.loads(done.stdout)["registered"])

    def test_an_unknown_command_is_named_with_what_was_meant(self):
        done = subprocess.run([str(BIN / "kith"), "sned", "x"], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn("kith: Unknown command sned. Did you mean send?", done.stderr)


class TakingBack(Scenario):
    """A device that the server takes for one no more registers again in its own home."""

    def setUp(self):
        super().setUp()
        self.kithd = self.server()
        self.ana = self.device(self.kithd, "Ana")
        self.ben = self.device(self.kithd, "Ben")
        self.ana.send(self.ben, "before", "--wait", "sent")
        self.assertEqual(self.ben.receive_texts(), ["before"])

    def test_what_the_ended_device_could_not_send_is_sent(self):  # DEVICE-2
        self.device(self.kithd, "AnaAgain", phone=self.ana.phone)
        self.assertEqual(self.ana.run("receive", check=False).returncode, 7)
        done = self.ana.run("send", self.ben.phone, "it waited", check=False)
        self.assertEqual(done.returncode, 7)
        self.assertIn("kith register takes the number back", done.stderr)
        self.ana.register()
        self.assertEqual(self.ben.receive_texts(), ["it waited"])
        self.assertIn("before", self.ana.run("history", self.ben.phone).stdout)

    def test_a_home_that_does_not_know_yet_that_its_device_was_ended_asks(self):
        self.device(self.kithd, "AnaAgain", phone=self.ana.phone)
        self.ana.register()
        self.assertEqual(self.ana.run("status").returncode, 0)
        done = self.ana.run(
            "register", "--server", self.kithd.url, "--phone", self.ana.phone, "--name", "Ana", check=False
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("registered already", done.stderr)

    def test_a_server_that_lost_its_data_is_registered_at_anew(self):
        self.kithd.stop()
        shutil.rmtree(self.kithd.data)
        self.kithd.start()
        self.ana.register()
        self.ben.register()
        self.assertIn("before", self.ana.run("search", "before").stdout)
        self.assertEqual(self.ana.run("status").returncode, 0)

    def test_rpc_connects_by_itself_after_each_registration(self):
        ana = self.rpc(self.ana)
        ana.wait_online()
        self.device(self.kithd, "AnaAgain", phone=self.ana.phone)
        ana.wait_event("state_changed", lambda p: p["connection"] == "kEnded")
        code = ana.call("request_code", server=self.kithd.url, handle=self.ana.phone)["code"]
        ana.call("register", server=self.kithd.url, handle=self.ana.phone, code=code, name="Ana")
        ana.wait_online()


class Installing(Scenario):
    def test_the_pages_made_of_the_command_table_are_right_for_their_readers(self):
        for shell in ("bash", "zsh", "fish"):
            script = subprocess.run(
                [str(BIN / "kith"), "completion", shell], capture_output=True, text=True, check=True, timeout=30
            ).stdout
            self.assertIn("receive", script)
            if shell == "bash":
                subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=30)
        page = subprocess.run([str(BIN / "kith"), "man"], capture_output=True, text=True, check=True, timeout=30).stdout
        self.assertTrue(page.splitlines()[1].startswith(".TH KITH 1"))


if __name__ == "__main__":
    unittest.main()
