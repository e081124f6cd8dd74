"""The HTTP parser of a worker, with an end to how long a request's head may be. uvicorn's own waits for it for ever."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024
"""Octets of request line and headers. More is refused before the application is asked; several reads may make them."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class ShortHeads(HttpToolsProtocol):
    """Counts what arrives until a head is complete, so that nobody fills the memory with a header that never ends."""

    _in_head = True
    _octets = 0

    def on_message_begin(self) -> None:
        """A request begins (httptools)."""
        super().on_message_begin()
        self._in_head, self._octets = True, 0

    def on_headers_complete(self) -> None:
        """Its head has ended (httptools)."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Octets of the connection. What came in one read with the end of the head is not counted."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._octets += len(data)
        if self._octets > LONGEST_HEAD:
            self.transport.write(_TOO_LONG)
            self.transport.close()
