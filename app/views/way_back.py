"""Where a person goes after a deed: back to the page he came from, never to another place."""

from urllib.parse import quote, urlsplit

from flask import request

LONGEST = 2_000
_AS_THEY_ARE = "/?:@!$&'()*+,;=~%"
"""What stands in an address as it is, beside letters and figures."""


def this_page() -> str:
    """Return the address of this page as links have it; / where it answers a form, and has none to come back to."""
    if request.method != "GET":
        return "/"
    path = quote(request.path, safe=_AS_THEY_ARE.replace("?", "").replace("%", ""))
    query = quote(request.query_string, safe=_AS_THEY_ARE)
    return f"{path}?{query}" if query else path


def way_back(otherwise: str) -> str:
    """Return the path in the field ``next`` of this request, or another one where it names none of ours."""
    wanted = request.values.get("next", "")
    return wanted if is_path_of_ours(wanted) else otherwise


def is_path_of_ours(text: str) -> bool:
    """Whether a text is a path on this server: browsers read ``//host`` and ``/\\host`` as other servers."""
    if len(text) > LONGEST or not text.isprintable() or not text.startswith("/"):
        return False
    if text.startswith(("//", "/\\")):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
