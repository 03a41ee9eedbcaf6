"""Markup: what XML cannot hold, and writers of RDF do not always refuse.

Source: https://www.w3.org/TR/xml/#charsets for the signs, https://www.w3.org/TR/rdf-syntax-grammar/
for the properties: one whose IRI does not end in a name has no element.
"""

from allygraph.errors import ParameterError

_NO_SIGNS = bytes(code for code in range(32) if code not in (9, 10, 13))
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
# What pyoxigraph writes for a property whose IRI does not end in a name.
_NO_ELEMENT = b"<oxprefix: "


def is_xml(body: bytes) -> bool:
    """Say whether what pyoxigraph has written as XML can be read as XML.

    >>> is_xml(b"<literal>\\x01</literal>"), is_xml("<literal>é\\t</literal>".encode())
    (False, True)
    """
    return (
        len(body.translate(None, _NO_SIGNS)) == len(body)
        and not any(character in body for character in _NO_CHARACTERS)
        and _NO_ELEMENT not in body
    )


def with_returns(body: bytes) -> bytes:
    """Write the carriage returns of XML so that they are read back; a parser makes lines of them.

    >>> with_returns(b"<literal>a\\r\\nb</literal>")
    b'<literal>a&#xD;\\nb</literal>'
    """
    return body.replace(b"\r", b"&#xD;")


def readable(body: bytes) -> bytes:
    """Give what pyoxigraph has written as XML in a form that reads back equal.

    Raises:
        ParameterError: XML cannot hold something of it.
    """
    if not is_xml(body):
        raise ParameterError(
            "the answer has something in it that XML cannot say", expected="another form"
        )
    return with_returns(body)
