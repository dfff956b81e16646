"""A server of files on this machine alone, which can be told to misbehave."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FileServer:
    """Files by path, and what was asked for.

    Attributes:
        files: the contents of each path.
        ranges: whether it can send the end of a file.
        cut: after how many bytes of an answer it breaks off, `times` times.
        slow: seconds between pieces of 1000 bytes.
        moved: where else paths are.
        asked: path and `Range` header of every request.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        self.ranges, self.cut, self.times, self.slow = True, 0, 0, 0.0
        self.moved: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []


@contextmanager
def serving() -> Iterator[FileServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append((self.path, wanted))
            if self.path in state.moved:
                self.send_response(302)
                self.send_header("Location", state.moved[self.path])
                self.send_header("Content-Length", "5")
                self.end_headers()
                self.wfile.write(b"moved")
                return
            body = state.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = 0
            if wanted and state.ranges:
                found = re.fullmatch(r"bytes=(\d+)-", wanted)
                assert found
                start = int(found[1])
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(body)}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            rest = body[start:]
            if state.times:
                state.times -= 1
                rest = rest[: state.cut]
            for at in range(0, len(rest), 1000 if state.slow else 2**20):
                self.wfile.write(rest[at : at + (1000 if state.slow else 2**20)])
                time.sleep(state.slow)
            self.wfile.flush()

        def handle(self) -> None:
            with suppress(ConnectionError):  # the other side was killed
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = FileServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
