# The API's own problems

problem-not-json = Send the body as application/json
problem-bad-cursor = This is not a cursor of this list; send `next` of the page before
problem-bad-limit = `limit` is a number from 1 to { $max }
problem-database-older = The database lacks steps that this version of Cairn needs; restart Cairn to apply them
