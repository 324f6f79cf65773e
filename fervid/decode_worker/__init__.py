"""Decode in processes, so that a decoder that crashes, hangs or swells costs one source.

`python -m fervid.decode_worker` is a nursery: it loads what decoding needs once, and forks a worker
whenever the parent asks for one. A worker (`inside`) decodes one source after the other; a thread
of the parent (`outside`) hands them out and watches it. Pixels lie in memory that both map; all
else goes as JSON over a socket. Linux only.
"""
