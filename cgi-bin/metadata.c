/* metadata - what is public, as a FastCGI or CGI program. */
#include "app/app.h"

int main(void)
{
	static const struct endpoint endpoints[] = {
		{ STR_INIT("/.well-known/oauth-authorization-server"),
		  STR_INIT("GET HEAD"), metadata_endpoint, ENDPOINT_JSON,
		  true },
		{ STR_INIT("/.well-known/openid-configuration"),
		  STR_INIT("GET HEAD"), metadata_endpoint, ENDPOINT_JSON,
		  true },
		{ STR_INIT("/oauth/jwks"), STR_INIT("GET HEAD"),
		  jwks_endpoint, ENDPOINT_JSON, true },
		{ STR_INIT("/health"), STR_INIT("GET HEAD"),
		  health_endpoint, ENDPOINT_JSON, true },
		ENDPOINT_END,
	};
	static const struct app app = {
		STR_INIT("metadata"), endpoints, false, NULL,
	};

	return app_run(&app);
}
