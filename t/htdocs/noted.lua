-- SPDX-License-Identifier: Apache-2.0
--
-- An authorization provider with an effect: one byte is added to the file for
-- each time that it is asked about somebody.
require 'apache2'

function note(r, file)
    if r.user == nil then
        return apache2.AUTHZ_DENIED_NO_USER
    end
    local out = assert(io.open(file, "a"))
    out:write(".")
    out:close()
    return apache2.AUTHZ_GRANTED
end
