"""Decode in a process of its own, so that a decoder that crashes, hangs or swells costs one source.

`inside` runs in that process (`python -m fervid.decode_worker`), `outside` starts and watches it.
Pixels lie in memory that both map; all else goes as JSON over a socket.
"""
