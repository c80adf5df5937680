"""Small HTTP requests to a relay, each on a connection of its own."""
import http.client
import json

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The problem's code; None if the answer is no problem (RFC 9457)."""
        if self.headers.get_content_type() != "application/problem+json":
            return None
        assert self.json["status"] == self.status, self.text
        return self.json["code"]


def request(port, method, path, body=None, token=None, seconds=10, **headers):
    """Header names are given with underscores: Content_Type="…"."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        fields["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=fields)
        return Answer(connection.getresponse())
    finally:
        connection.close()
