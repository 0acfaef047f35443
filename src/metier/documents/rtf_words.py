"""The control words of RTF that stand for characters, or begin what is read apart or not at all."""

from __future__ import annotations

from typing import Final

CHARACTERS: Final = {
    b"tab": "\t",
    b"line": "\n",
    b"page": "\n",
    b"column": "\n",
    b"softline": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    b"zwbo": "\u200b",
    b"zwnbo": "\u2060",
    b"ltrmark": "\u200e",
    b"rtlmark": "\u200f",
}

SYMBOLS: Final = {b"~": "\u00a0", b"_": "-", b"-": "", b"\t": "\t"}

HEADERS: Final = frozenset((b"header", b"headerl", b"headerr", b"headerf"))
FOOTERS: Final = frozenset((b"footer", b"footerl", b"footerr", b"footerf"))

# Groups that hold no text of the document, or what a program shows in their place.
SKIPPED: Final = frozenset(
    (
        b"info filetbl revtbl listtable listoverridetable pgptbl rsidtbl template private comment fldinst "
        b"objdata objclass objname objalias objsect nonshppict shprslt datafield formfield bkmkstart bkmkend "
        b"annotation atnid atnauthor atnref atntime atndate atnicn atnparent xe tc tcn rxe txe pntxta "
        b"pntxtb ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn nonesttables mmathPict generator userprops "
        b"xmlnstbl themedata colorschememapping datastore latentstyles mailmerge fname panose falt fontemb "
        b"pnseclvl nextfile keycode"
    ).split()
)
# Groups that begin with an asterisk, which programs of before them skip, and that are read.
KNOWN_NEWER: Final = frozenset(
    (b"ud", b"cs", b"shpinst", b"do", b"shppict", b"background", b"nesttableprops")
)
