error-not-found = Not found
