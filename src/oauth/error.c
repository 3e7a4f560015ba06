/* error.c - the registered errors, each with its status. */
#include "oauth/error.h"

static const struct {
	struct str code;
	int status;
} errors[OAUTH_ERROR_COUNT] = {
	[OAUTH_OK]                       = { STR_INIT("ok"), 200 },
	[OAUTH_INVALID_REQUEST]          = { STR_INIT("invalid_request"), 400 },
	[OAUTH_INVALID_CLIENT]           = { STR_INIT("invalid_client"), 401 },
	[OAUTH_INVALID_GRANT]            = { STR_INIT("invalid_grant"), 400 },
	[OAUTH_UNAUTHORIZED_CLIENT]      = {
		STR_INIT("unauthorized_client"), 400 },
	[OAUTH_UNSUPPORTED_GRANT_TYPE]   = {
		STR_INIT("unsupported_grant_type"), 400 },
	[OAUTH_UNSUPPORTED_RESPONSE_TYPE] = {
		STR_INIT("unsupported_response_type"), 400 },
	[OAUTH_INVALID_SCOPE]            = { STR_INIT("invalid_scope"), 400 },
	[OAUTH_ACCESS_DENIED]            = { STR_INIT("access_denied"), 400 },
	[OAUTH_SERVER_ERROR]             = { STR_INIT("server_error"), 503 },
	[OAUTH_TEMPORARILY_UNAVAILABLE]  = {
		STR_INIT("temporarily_unavailable"), 503 },
	[OAUTH_INVALID_TOKEN]            = { STR_INIT("invalid_token"), 401 },
	[OAUTH_INSUFFICIENT_SCOPE]       = {
		STR_INIT("insufficient_scope"), 403 },
	[OAUTH_UNSUPPORTED_TOKEN_TYPE]   = {
		STR_INIT("unsupported_token_type"), 400 },
	[OAUTH_AUTHORIZATION_PENDING]    = {
		STR_INIT("authorization_pending"), 400 },
	[OAUTH_SLOW_DOWN]                = { STR_INIT("slow_down"), 400 },
	[OAUTH_EXPIRED_TOKEN]            = { STR_INIT("expired_token"), 400 },
	[OAUTH_LOGIN_REQUIRED]           = { STR_INIT("login_required"), 400 },
	[OAUTH_CONSENT_REQUIRED]         = {
		STR_INIT("consent_required"), 400 },
	[OAUTH_INTERACTION_REQUIRED] = {
		STR_INIT("interaction_required"), 400 },
	[OAUTH_ACCOUNT_SELECTION_REQUIRED] = {
		STR_INIT("account_selection_required"), 400 },
	[OAUTH_INVALID_REQUEST_URI] = {
		STR_INIT("invalid_request_uri"), 400 },
	[OAUTH_INVALID_REQUEST_OBJECT] = {
		STR_INIT("invalid_request_object"), 400 },
	[OAUTH_REQUEST_NOT_SUPPORTED] = {
		STR_INIT("request_not_supported"), 400 },
	[OAUTH_REQUEST_URI_NOT_SUPPORTED] = {
		STR_INIT("request_uri_not_supported"), 400 },
	[OAUTH_REGISTRATION_NOT_SUPPORTED] = {
		STR_INIT("registration_not_supported"), 400 },
	[OAUTH_INVALID_REDIRECT_URI] = {
		STR_INIT("invalid_redirect_uri"), 400 },
	[OAUTH_INVALID_CLIENT_METADATA] = {
		STR_INIT("invalid_client_metadata"), 400 },
	[OAUTH_INVALID_SOFTWARE_STATEMENT] = {
		STR_INIT("invalid_software_statement"), 400 },
	[OAUTH_UNAPPROVED_SOFTWARE_STATEMENT] = {
		STR_INIT("unapproved_software_statement"), 400 },
	[OAUTH_TOO_MANY_REQUESTS] = {
		STR_INIT("temporarily_unavailable"), 429 },
	[OAUTH_FORBIDDEN]                = { STR_INIT("access_denied"), 403 },
	[OAUTH_UNMET_AUTHENTICATION_REQUIREMENTS] = {
		STR_INIT("unmet_authentication_requirements"), 400 },
	[OAUTH_NOT_FOUND]                = { STR_INIT("not_found"), 404 },
	[OAUTH_METHOD_NOT_ALLOWED]       = {
		STR_INIT("method_not_allowed"), 405 },
	[OAUTH_TOO_LARGE]                = { STR_INIT("invalid_request"), 413 },
	[OAUTH_URI_TOO_LONG]             = { STR_INIT("invalid_request"), 414 },
	[OAUTH_HEADERS_TOO_LONG]         = { STR_INIT("invalid_request"), 431 },
	[OAUTH_TIMEOUT]                  = { STR_INIT("invalid_request"), 408 },
	[OAUTH_MISSING_TOKEN]            = { STR_INIT("missing_token"), 401 },
};

struct str oauth_error_code(enum oauth_error e)
{
	return errors[e].code;
}

int oauth_error_status(enum oauth_error e)
{
	return errors[e].status;
}
