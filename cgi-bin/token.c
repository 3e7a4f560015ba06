/* token - the clients' back channel, as a FastCGI or CGI program. */
#include "app/app.h"

int main(void)
{
	static const struct endpoint endpoints[] = {
		{ STR_INIT("/oauth/token"), STR_INIT("POST"),
		  token_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/par"), STR_INIT("POST"),
		  pushed_request_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/device_authorization"), STR_INIT("POST"),
		  device_authorization_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/revoke"), STR_INIT("POST"),
		  revocation_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/introspect"), STR_INIT("POST"),
		  introspection_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/register"), STR_INIT("POST"),
		  registration_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/oauth/register/"), STR_INIT("GET PUT DELETE"),
		  client_configuration_endpoint, ENDPOINT_JSON, true },
		ENDPOINT_END,
	};
	static const struct app_chore chores[] = {
		{ key_rotation_chore, 600, false },
		{ maintain_chore, 600, false },
		APP_CHORES_END,
	};
	static const struct app app = {
		STR_INIT("token"), endpoints, true, chores,
	};

	return app_run(&app);
}
