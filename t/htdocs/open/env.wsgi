# SPDX-License-Identifier: Apache-2.0
#
# env.wsgi - what env.cgi is, for Python under mod_wsgi.
import json


def application(environ, start_response):
    """Answers the request's variables that are text."""
    told = {name: value for name, value in environ.items()
            if isinstance(value, str)}
    start_response('200 OK', [('Content-Type', 'application/json')])
    return [json.dumps(told).encode()]
