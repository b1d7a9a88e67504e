"""What a learner might type, or hand in, to break the page of a teacher."""

import json
import string

from hypothesis import strategies as st

SCRIPTS = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    '"><svg onload="window.ran = 1">',
    "' autofocus onfocus='window.ran = 1' x='",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "</td></table></details></style></title><script>window.ran = 1</script>",
    "<a href='javascript:window.ran = 1'>click</a>",
    "javascript:window.ran=1",
    "&lt;script&gt;window.ran = 1&lt;/script&gt;",
    "<!--<script>window.ran = 1//--></script>",
    "{{ 7 * 7 }} ${7 * 7} {% raw %}",
    "<link rel=stylesheet href=http://example.org/x.css>",
    "<style>@import 'http://example.org/x.css'; body { display: none }</style>",
    "<meta http-equiv=refresh content='0;url=http://example.org'>",
    "<base href=http://example.org/><form action=/x><button>send</button></form>",
]
MARKDOWN = [
    "[click](javascript:window.ran=1) ![](http://example.org/x.png)",
    "# heading\n\n---\n\n* item\n1. item\n\n    code\n\n```\nfence",
    "text\n===\n\n> quote | cell | cell\n\n[a]: http://example.org\n",
    "http://example.org www.example.org mail@example.org <http://example.org>",
    "*a* _b_ `c` ~~d~~ **e** $f$ \\[g\\] &amp; &#60;b&#62;",
]
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    '"=1+1',
]
ODD = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202eevil\u202c",
    "\u2066\u2067",
    "\ufeff=1",
    "\x1b[31m",
    "\u2028",
    "x" * 20_000,
]
WORDS = SCRIPTS + MARKDOWN + FORMULAS + ODD
texts = st.sampled_from(WORDS) | st.text(max_size=40) | st.text(string.punctuation + " \n\tab1", max_size=30)


def answers(words, **more):
    """A learner's file that says the same words wherever a text is welcome."""
    fields = [
        "00.advice.text",
        "01.stance.C01.before.reason",
        "01.stance.C01.after.reason",
        "01.stance.C01.after.row",
        "01.stance.C01.after.flip",
        "00.forecast.fc01.reason",
        "02.verdict.C04.for",
        "02.verdict.C04.against",
        "02.verdict.C04.reason",
        "08.cabinet.flip",
        "zz.unknown.key",
    ]
    chosen = {
        "01.stance.C01.before.choice": "agree",
        "01.stance.C01.after.choice": "disagree",
        "00.forecast.fc01.percent": 70,
        "02.verdict.C04.then": "yes",
        "02.verdict.C04.since": "mixed",
    }
    about = {"activity": words[:1000], "asked": words[:1000], "shown": ""}
    kept = dict.fromkeys(fields, words) | chosen | more
    entries = {
        key: {"value": value, "saved_at": "2026-11-25T09:00:00.000000Z"} | (about if key in fields else {})
        for key, value in kept.items()
    }
    return {"course": "pyongyang-to-kursk", "version": 1, "learner": "0123456789ab", "answers": entries}


def as_bytes(file):
    """The bytes of a file; half character pairs travel as escapes, as JSON allows."""
    return json.dumps(file).encode()
