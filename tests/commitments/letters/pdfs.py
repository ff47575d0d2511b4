"""Small PDFs of our own: a line of text where it is put, each sign its own code."""

from collections.abc import Sequence

UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"""
FONT = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>"
CID = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
)


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of these pages, each of these lines from the top down."""
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(), FONT, CID]
    objects.append(_stream(UNICODE))
    for n, lines in enumerate(pages):
        box = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {7 + 2 * n} 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        )
        objects += [box.encode(), _stream(_shown(lines))]
    body = b"".join(b"%d 0 obj%s endobj\n" % (n, each) for n, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def _shown(lines: Sequence[str]) -> bytes:
    places = enumerate(lines)
    texts = (f"BT /F 12 Tf 60 {780 - 20 * n} Td <{line.encode('utf-16-be').hex()}> Tj ET" for n, line in places)
    return "\n".join(texts).encode()


def _stream(data: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(data), data)
