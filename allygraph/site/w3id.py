"""The redirects of w3id.org: the ``.htaccess`` that leads our IRIs to where the graph is served.

``python -m allygraph.site.w3id https://graph.example.org/`` prints it for a service. The service
itself negotiates forms, so one rule for each kind of address is enough; fragments stay with the
client, and fields of the address are kept.
"""

import re
import sys

from allygraph.names import BASE, KINDS_OF_THING

HOST = "https://allygraph.example.org/"
"""The service of the file in ``docs/w3id``: a name for examples (RFC 2606), until there is one."""

_RULES = (
    (rf"^({'|'.join(KINDS_OF_THING)})/(.+)$", "$1/$2", "things"),
    (r"^(ns|dataset)((?:[/.].+)?)$", "$1$2", "the vocabulary and the dataset"),
    (r"^(context\.jsonld|errors|sparql)$", "$1", "what these name"),
    (r"^\.well-known/genid/(.+)$", ".well-known/genid/$1", "blank nodes by generated names"),
    (r"^$", "", "the start page"),
)
_ADDRESS = re.compile(r"https://[a-z0-9.-]+(:\d+)?(/[\w.~-]+)*/")


def htaccess(host: str) -> str:
    """Write the file.

    Args:
        host: public address of the service, ending in a slash.

    Raises:
        ValueError: it is no such address.
    """
    if not _ADDRESS.fullmatch(host):
        raise ValueError(f"'{host}' is not an address as {HOST}")
    lines = [
        f"# Redirects of {BASE}",
        f"# Made by: python -m allygraph.site.w3id {host}",
        "# The service answers 303 from a thing to its document, by Accept.",
        "Options -MultiViews",
        "RewriteEngine on",
    ]
    for pattern, target, what in _RULES:
        lines += ["", f"# {what}", f"RewriteRule {pattern} {host}{target} [R=302,L]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(htaccess(sys.argv[1] if len(sys.argv) > 1 else HOST))
