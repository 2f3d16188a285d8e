"""Where each of several requests ends that come one after the other, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.test_framing import CHUNKED, POST, measure_all

pytestmark = pytest.mark.slow


def with_length(body):
    return POST + b"content-length:  %d \r\n\r\n" % len(body) + body


def with_chunks(bodies, extension, trailer):
    chunks = [b"%X%s\r\n%s\r\n" % (len(body), extension, body) for body in bodies if body]
    return CHUNKED + b"".join(chunks) + b"00" + extension + b"\r\n" + trailer + b"\r\n"


texts = st.binary(max_size=60) | st.sampled_from([b"0\r\n\r\n", b"\r\n\r\n", POST + b"\r\n"])
requests = st.one_of(
    st.just(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    texts.map(with_length),
    st.builds(with_chunks, st.lists(texts), st.sampled_from([b"", b";a=b"]), st.sampled_from([b"", b"X-Sum: 1\r\n"])),
)


@given(st.lists(requests, min_size=1, max_size=4), st.integers(1, 200))
def test_each_of_several_requests_ends_where_the_next_begins(sent, piece):
    assert measure_all(b"".join(sent), piece) == [len(request) for request in sent]
