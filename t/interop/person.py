# SPDX-License-Identifier: Apache-2.0
"""A person with a browser, as far as the login and the consent page need one:
cookies, forms, redirects."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class _Forms(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.forms = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action", ""), set(), {}))
        elif tag in ("input", "button") and self.forms and "name" in attrs:
            _, names, hidden = self.forms[-1]
            names.add(attrs["name"])
            if attrs.get("type") == "hidden":
                hidden[attrs["name"]] = attrs.get("value", "")


class Person:
    def __init__(self, user):
        self.user = user
        self.session = requests.Session()

    def _submit(self, answer, field, values):
        for action, names, hidden in _Forms(answer.text).forms:
            if field in names:
                return self.session.post(
                    urljoin(answer.url, action), data={**hidden, **values},
                    allow_redirects=False, timeout=20)
        return None

    def authorize(self, start, redirect_uri, decision="allow"):
        """Follows an authorization request until the browser is sent back to
        the client: returns that URL."""
        answer = self.session.get(start, allow_redirects=False, timeout=20)
        for _ in range(12):
            if answer.is_redirect:
                url = urljoin(answer.url, answer.headers["location"])
                if url.split("?")[0] == redirect_uri:
                    return url
                answer = self.session.get(url, allow_redirects=False,
                                          timeout=20)
                continue
            if answer.status_code != 200:
                raise AssertionError("%s answered %d: %s" % (
                    answer.url, answer.status_code, answer.text))
            page = answer
            answer = self._submit(page, "password", self.user)
            if answer is None:
                answer = self._submit(page, "decision",
                                      {"decision": decision})
            if answer is None:
                raise AssertionError("no form for me: " + page.url)
        raise AssertionError("going round in circles")
