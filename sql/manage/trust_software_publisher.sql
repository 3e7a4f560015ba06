-- trust_software_publisher.sql - believe the software statements (RFC 7591
-- section 2.3) that a publisher signs with these keys; or change that.
--
--   psql "$POSTERN_ADMIN_DATABASE" -v iss=https://store.example \
--       -v jwks="$(cat publisher.json)" -f sql/manage/trust_software_publisher.sql
--
-- They are signed by RS256, unless with -v alg=ES256, PS256 or EdDSA.

\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?alg} \else \set alg RS256 \endif
SELECT oauth.trust_software_publisher(:'iss', :'jwks', :'alg') \g /dev/null
SELECT iss, alg, trusted_since FROM oauth.software_publisher ORDER BY iss;
