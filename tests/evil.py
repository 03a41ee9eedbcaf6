"""Evil texts and IRIs: what somebody would write into a graph to run a script in a page."""

from itertools import product

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>here</a>",
    "<form action=//evil.example><button>go</button>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<style>*{display:none}</style>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<object data=//evil.example></object>",
    " onmouseover=alert(1) style=color:red ",
    "{{ 7 * 7 }}{% raw %}{{ engine.store }}",
    "${7*7}#{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;&#x3c;b&#x3e;&amp;amp;",
    '=HYPERLINK("//evil.example")',
    "+1+cmd|' /C calc'!A0",
    '\\u0022 \\n \\\\ \\"',
    "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "tab\there, line\nthere, return\rover",
    "comma, \"quoted\", 'single', ;semicolon",
    "\u202egnihtemos\u202c \u200b\ufeff\u2066x",
    "\u2028line\u2029paragraph\x85next\x7f",
    "日本語 한국어 עברית العربية é e\u0301 \U0001f4a3",
    "\ufffd\ud7ff",
    "%3Cscript%3E%00%0d%0a",
    "]]>",
    "--><!--",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "' or '1'='1",
    "}} UNION { ?s ?p ?o",
    "  two  blanks  ",
)
FRAMES = (
    "{}",
    '"{}',
    "'{}",
    '">{}',
    "'>{}",
    "</title>{}",
    "</script>{}",
    "</textarea>{}",
    "</svg>{}",
    "`{}`",
    "x {} y",
    "]]>{}<!--",
    "\\{}\\",
    "{}{{",
    "\r{}\n",
)
IRIS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript:%0aalert(1)//http://x",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "file:///etc/passwd",
    "http://evil.example/'onmouseover='alert(1)",
    "http://evil.example/?a=1&amp;b=2&lt;c",
    "http://evil.example/\u202eevil/é/日本",
    "http://evil.example/%22%3E%3Cscript%3E",
    "https://w3id.org/allygraph/actor/'x'",
    "urn:x:');alert(1)//",
)


def texts() -> list[str]:
    """Give all texts, no two equal; 500 and more."""
    framed = (frame.replace("{}", payload) for payload, frame in product(PAYLOADS, FRAMES))
    return list(dict.fromkeys(framed))
