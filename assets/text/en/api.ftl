# The API's own problems

problem-not-json = Send the body as application/json
problem-bad-cursor = This is not a cursor of this list; send `next` of the page before
problem-bad-limit = `limit` is a number from 1 to { $max }
problem-database-older = The database lacks steps that this version of Cairn needs; restart Cairn to apply them
problem-bad-parameter = { $value } is not a value of this parameter
problem-bad-idempotency-key = Idempotency-Key is 1 to { $max } plain ASCII characters
problem-idempotency-key-reused = This Idempotency-Key was sent with other content; take a new one for new content
problem-idempotency-under-way = The request with this Idempotency-Key is still under way; send it again in a moment
problem-import-path = “{ $path }” is no path inside a folder; parts are separated by / and none is “..”
problem-import-path-twice = “{ $path }” is there twice
problem-import-content = Give either text or base64; base64 in its standard alphabet

api-title = { $status ->
    [401] A running token is needed
    [403] Not permitted
    [404] There is no such thing
    [405] The address does not know this method
    [409] The state does not allow it
    [412] Somebody else has changed this
    [413] The body is too large
    [422] What was sent is not acceptable
    [428] Send If-Match with the ETag last seen
    [429] Too many attempts
    [503] The system is busy
   *[other] Something went wrong
}
