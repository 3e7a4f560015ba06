-- What outgoing requests may reach, and whom they trust.
-- program: authorize
SELECT array_to_string(outgoing_networks, ' ') AS networks, outgoing_ca_file
  FROM oauth.setting
