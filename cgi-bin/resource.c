/* resource - what access tokens open, as a FastCGI or CGI program. */
#include "app/app.h"

int main(void)
{
	static const struct endpoint endpoints[] = {
		{ STR_INIT("/api/me"), STR_INIT("GET HEAD"),
		  me_endpoint, ENDPOINT_BEARER, true },
		{ STR_INIT("/oauth/userinfo"), STR_INIT("GET HEAD POST"),
		  userinfo_endpoint, ENDPOINT_BEARER, true },
		ENDPOINT_END,
	};
	static const struct app app = {
		STR_INIT("resource"), endpoints, true, NULL,
	};

	return app_run(&app);
}
