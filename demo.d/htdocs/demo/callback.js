// SPDX-License-Identifier: Apache-2.0
//
// callback.js - shows what arrived at the redirect URI, and does what an app
// would: changes the code into tokens and calls the API.  Everything is
// written as text, never as HTML: whoever made the link chose what is in it.
"use strict";

(function () {
    var set = document.body.dataset;
    var sent = new URLSearchParams(location.search);
    var byId = function (id) { return document.getElementById(id); };
    var say = function (id, text) { byId(id).textContent = text; };
    var quote = function (s) { return "'" + s.replace(/'/g, "'\\''") + "'"; };

    function listAnswer() {
        sent.forEach(function (value, name) {
            var row = document.createElement("div");
            var term = document.createElement("dt");
            var text = document.createElement("dd");
            term.textContent = name;
            text.textContent = value;
            row.append(term, text);
            byId("answer").append(row);
        });
    }

    // null, or why this code is not for this page to use.
    function problem() {
        // RFC 9207: an answer of another server is not for us.
        if (sent.get("iss") !== set.issuer)
            return "But it does not come from this demo's server: do not use "
                + "it.";
        // Only the link on the start page sends this state; its challenge
        // belongs to the verifier that this page knows.
        if (sent.get("state") !== set.state)
            return "It was not asked for by this demo's start page, so only "
                + "the client that asked can exchange it.";
        return null;
    }

    function form() {
        return [
            ["grant_type", "authorization_code"],
            ["client_id", set.client],
            ["redirect_uri", set.redirect],
            ["code_verifier", set.verifier],
            ["code", sent.get("code")]
        ];
    }

    function showByHand() {
        say("exchange", form().reduce(function (line, pair) {
            return line + " \\\n    -d " + pair[0] + "=" + quote(pair[1]);
        }, set.curl + " " + quote(set.issuer + "/token")));
        say("call", set.curl + " " + quote(set.api)
            + " \\\n    -H 'Authorization: Bearer ACCESS_TOKEN'");
        byId("byhand").hidden = false;
    }

    async function ask(url, options) {
        var answer = await fetch(url, options);
        return { ok: answer.ok, json: await answer.json() };
    }

    async function callApi() {
        var tokens, orders;

        byId("go").disabled = true;
        byId("done").hidden = false;
        try {
            tokens = await ask(set.issuer + "/token", {
                method: "POST", body: new URLSearchParams(form())
            });
            say("tokens", JSON.stringify(tokens.json, null, 2));
            if (!tokens.ok) {
                say("tokens-title", "No tokens: a code works once, for a "
                    + "minute. Start again.");
                return;
            }
            orders = await ask(set.api, {
                headers: {
                    Authorization: "Bearer " + tokens.json.access_token
                }
            });
            say("orders", JSON.stringify(orders.json, null, 2));
            byId("called").hidden = false;
        } catch (wrong) {
            say("tokens-title", "The server could not be asked");
            say("tokens", String(wrong));
        }
    }

    listAnswer();
    if (sent.has("error")) {
        say("title", "No access");
        say("what", "The server sent an error instead of a code.");
        return;
    }
    if (!sent.has("code"))
        return;
    say("title", "Code received");
    say("what", problem() || "The server says yes, and sent this along:");
    if (problem())
        return;
    showByHand();
    byId("next").hidden = false;
    byId("go").addEventListener("click", callApi);
}());
