-- Those of the scopes asked for that exist, and those granted where none is
-- asked for.
-- program: authorize token
-- $1 text  scopes, separated by spaces
SELECT name, description, is_default
  FROM oauth.scope
 WHERE name = ANY (string_to_array($1, ' ')) OR is_default
 ORDER BY name
