-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends: -- MODE FILE [COUNT [OUT]]
--
--   get         GET; each line of FILE is an Authorization header, in turn
--   key         the same, but each is an X-API-Key header
--   cookie      the same, but each is a Cookie header
--   client      POST: client_credentials
--   introspect  POST: the tokens in turn
--   refresh     POST: a refresh token; the answer's is sent later
--   mint        as client; writes the tokens of the answers to OUT
--
-- For the POSTs the first line is the Authorization header, the others are
-- tokens.  With a COUNT it ends once that many answers have come, and with a
-- COUNT of 0 it does not.  One thread (wrk -t1): what it knows is not shared.
local lines, at, answers, refusals = {}, 0, 0, 0
local head, tail

local function next_line()
    at = at + 1
    if at > #lines then at = 1 end
    return lines[at]
end

local function post(authorization, body)
    return wrk.format("POST", nil, {
        ["Authorization"] = authorization,
        ["Content-Type"] = "application/x-www-form-urlencoded"
    }, body)
end

local make = {}

function make.get()
    return head .. next_line() .. tail
end

make.key = make.get
make.cookie = make.get

function make.client()
    return head
end

make.mint = make.client

-- The tokens are all of one length, so only they change.
function make.introspect()
    return head .. next_line()
end

function make.refresh()
    return head .. (table.remove(lines, 1) or "none")
end

local function report(done, usec, status, broken)
    io.write(string.format("RESULT %d %d %d %d\n", done, usec, status, broken))
end

-- wrk itself would go on sleeping until its time is over.
local function count_to(most, status)
    answers = answers + 1
    if status > 399 then refusals = refusals + 1 end
    if answers == most then
        report(answers, 0, refusals, 0)
        os.exit(0)
    end
end

local function prepare(mode)
    local names = {get = "Authorization", key = "X-API-Key",
                   cookie = "Cookie"}
    local name = names[mode]
    if name then
        local one = wrk.format("GET", nil, {[name] = "@"})
        head, tail = one:match("^(.-)@(.*)$")
        return
    end
    local authorization = table.remove(lines, 1)
    if mode == "introspect" or mode == "refresh" then
        local name = mode == "refresh"
            and "grant_type=refresh_token&refresh_token=" or "token="
        local whole = post(authorization, name .. lines[1])
        head = whole:sub(1, #whole - #lines[1])
    else
        head = post(authorization, "grant_type=client_credentials&scope=read")
    end
end

local function listen(mode, most, out)
    if mode == "refresh" then
        function response(status, _, body)
            lines[#lines + 1] = body:match('"refresh_token":"([^"]+)"')
            count_to(most, status)
        end
    elseif mode == "mint" then
        function response(status, _, body)
            local token = body:match('"access_token":"([^"]+)"')
            if not token then error("no token: " .. status .. " " .. body) end
            out:write(token, "\n")
            count_to(most, status)
        end
    elseif most > 0 then
        function response(status) count_to(most, status) end
    end
end

function init(args)
    for line in io.lines(args[2]) do lines[#lines + 1] = line end
    prepare(args[1])
    listen(args[1], tonumber(args[3] or 0), args[4] and io.open(args[4], "w"))
    request = make[args[1]]
end

function done(summary)
    local errors = summary.errors
    report(summary.requests, summary.duration, errors.status,
           errors.connect + errors.read + errors.write + errors.timeout)
end
