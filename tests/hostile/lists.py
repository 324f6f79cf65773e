"""Texts that name other files: FFmpeg would open each of them, and show what it names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.hostile.expected import Bad
from tests.hostile.witness import FILM, PHOTO, STREAM

_ENDINGS = ("mp4", "ts", "mkv", "avi", "mpg", "gif")
_PHOTO_ENDINGS = ("jpg", "png", "webp")
_NO_VIDEO, _NO_IMAGE = "no video that fervid knows", "no image that fervid knows"


def _concat(folder: Path) -> str:
    return f"ffconcat version 1.0\nfile '{FILM}'\nfile '{folder / FILM}'\n"


def _bare_concat(folder: Path) -> str:
    return f"file '{folder / FILM}'\n"


def _hls(folder: Path) -> str:
    return (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXTINF:0.2,\n{folder / STREAM}\n#EXTINF:0.2,\nfile://{folder / STREAM}\n#EXT-X-ENDLIST\n"
    )


def _m3u(folder: Path) -> str:
    return f"#EXTM3U\n{folder / FILM}\nhttp://127.0.0.1:9/x.mp4\nconcat:{folder / STREAM}\n"


def _dash(folder: Path) -> str:
    return (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT0.2S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
        f"<Period><AdaptationSet contentType='video'><Representation id='0' bandwidth='1000' "
        f"mimeType='video/mp4'><BaseURL>file://{folder / FILM}</BaseURL></Representation>"
        "</AdaptationSet></Period></MPD>\n"
    )


def _sdp(_: Path) -> str:
    return (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    )


def _svg(folder: Path) -> str:
    return (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="48">'
        f'<image xlink:href="file://{folder / PHOTO}" width="64" height="48"/></svg>'
    )


def _url(folder: Path) -> str:
    return f"[InternetShortcut]\r\nURL=file://{folder / FILM}\r\n"


def _microdvd(_: Path) -> str:
    return "{0}{25}Look at {y:i}this{/y}\n{25}{50}and this\n"


def _pls(folder: Path) -> str:
    return f"[playlist]\nFile1={folder / FILM}\nNumberOfEntries=1\nVersion=2\n"


def _asx(folder: Path) -> str:
    return f'<asx version="3.0"><entry><ref href="{folder / FILM}"/></entry></asx>'


def _reference(folder: Path) -> str:
    return f"RTSPtextrtsp://127.0.0.1:9/x\n[Reference]\nRef1=file://{folder / FILM}\n"


def _avisynth(folder: Path) -> str:
    return f'DirectShowSource("{folder / FILM}")\n'


def _pattern(_: Path) -> str:
    return "witness%d.png\n"


def _xbin(folder: Path) -> str:
    return f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0\nconcat:{folder / PHOTO}|file:///etc/\n"


def _mpls(_: Path) -> bytes:
    """A Blu-ray playlist: one play item, which names clip 00000 (BD-ROM part 3, 5.3)."""
    item = b"\x00\x14" + b"00000" + b"M2TS" + bytes(13)
    playlist = bytes(2) + b"\x00\x01\x00\x00" + item
    head = b"MPLS0200" + (40).to_bytes(4, "big") + bytes(28)
    return head + len(playlist).to_bytes(4, "big") + playlist


TEXTS: dict[str, Callable[[Path], str | bytes]] = {
    "ffconcat": _concat,
    "concat.txt": _bare_concat,
    "hls.m3u8": _hls,
    "list.m3u": _m3u,
    "xbin.m3u8": _xbin,
    "dash.mpd": _dash,
    "session.sdp": _sdp,
    "picture.svg": _svg,
    "shortcut.url": _url,
    "words.sub": _microdvd,
    "list.pls": _pls,
    "list.asx": _asx,
    "reference.asf": _reference,
    "script.avs": _avisynth,
    "image%d.png": _pattern,
    "00000.mpls": _mpls,
}


def _write(make: Callable[[Path], str | bytes], path: Path) -> None:
    text = make(path.parent)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def lists() -> list[Bad]:
    """Return each text under its own ending, under a video's and under a photo's."""
    found = []
    for number, (name, make) in enumerate(TEXTS.items()):
        write = partial(_write, make)
        ending, photo = _ENDINGS[number % 6], _PHOTO_ENDINGS[number % 3]
        own = _NO_IMAGE if name.endswith("png") else _NO_VIDEO
        found.append(Bad(name, write, own))
        found.append(Bad(f"{name}-list.{ending}", write, _NO_VIDEO))
        found.append(Bad(f"{name}-list.{photo}", write, _NO_IMAGE))
    return found
