"""protecting - docs/protecting.md as its reader takes it: the blocks of SQL
and of Apache's configuration, with addresses and secrets of one's own.
"""
import json
import re
from urllib.parse import quote

from postern_stack import ROOT, Client, remember

PAGE = ROOT / "docs" / "protecting.md"
# What the reader puts something else in the place of.
PLACES = ["https://login.example.org", "https://www.example.org",
          "CLIENT_ID", "CLIENT_SECRET", "PASSPHRASE"]


def blocks(language, page=PAGE):
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(),
                      re.S | re.M)


def block(language, about):
    """The only one that says this."""
    [found] = [b for b in blocks(language) if about in b]
    return found


def filled(text, *values):
    """With the values of PLACES, those that there are."""
    for place, value in zip(PLACES, values):
        text = text.replace(place, value or "")
    assert not any(place in text for place in PLACES), text
    return text


def metadata(sql):
    """Of the client that a statement registers."""
    return json.loads(re.search(r"'(\{.*?\})'", sql, re.S).group(1))


def register(stack, sql):
    """Run a block's statements -> the clients that they register."""
    rows = [(s, stack.sql(s)) for s in sql.split(";\n") if s]
    clients = [Client(*r[0]) for s, r in rows if "register_client" in s]
    remember(*(c.client_secret for c in clients))
    return clients


def sign_out_link(url):
    """As a page of the web server at this address has it."""
    return block("text", "?logout=").strip().replace(
        PLACES[1], url).replace(quote(PLACES[1], ""), quote(url, ""))
