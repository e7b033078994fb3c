// SPDX-License-Identifier: Apache-2.0
//
// callback.js - shows what arrived at the redirect URI.  Everything is written
// as text, never as HTML: whoever made the link chose what is in it.
"use strict";

(function () {
    var set = document.body.dataset;
    var sent = new URLSearchParams(location.search);
    var byId = function (id) { return document.getElementById(id); };
    var quote = function (s) { return "'" + s.replace(/'/g, "'\\''") + "'"; };

    sent.forEach(function (value, name) {
        var row = document.createElement("div");
        var term = document.createElement("dt");
        var text = document.createElement("dd");
        term.textContent = name;
        text.textContent = value;
        row.append(term, text);
        byId("answer").append(row);
    });

    if (sent.has("error")) {
        byId("title").textContent = "No access";
        byId("what").textContent = "The server sent an error instead of a code.";
        return;
    }
    if (!sent.has("code"))
        return;
    byId("title").textContent = "Code received";
    // RFC 9207: an answer of another server is not for us.
    if (sent.get("iss") !== set.issuer) {
        byId("what").textContent =
            "But it does not come from this demo's server: do not use it.";
        return;
    }
    // Only the link on the start page sends this state; its challenge belongs
    // to the verifier that this page knows.
    if (sent.get("state") !== set.state) {
        byId("what").textContent =
            "It was not asked for by this demo's start page, so only the "
            + "client that asked can exchange it.";
        return;
    }
    byId("what").textContent = "The server says yes, and sent this along:";
    byId("exchange").textContent = [
        set.curl + " " + quote(set.issuer + "/token"),
        "-d grant_type=authorization_code",
        "-d client_id=" + quote(set.client),
        "-d redirect_uri=" + quote(set.redirect),
        "-d code_verifier=" + quote(set.verifier),
        "-d code=" + quote(sent.get("code"))
    ].join(" \\\n    ");
    byId("call").textContent = set.curl + " " + quote(set.api)
        + " \\\n    -H 'Authorization: Bearer ACCESS_TOKEN'";
    byId("next").hidden = false;
}());
