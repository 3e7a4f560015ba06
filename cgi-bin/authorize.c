/* authorize - the browser's side, as a FastCGI or CGI program. */
#include "app/app.h"
#include "oauth/logout_delivery.h"

int main(void)
{
	static const struct endpoint endpoints[] = {
		{ STR_INIT("/oauth/authorize"), STR_INIT("GET POST"),
		  authorize_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/sign-in"), STR_INIT("POST"),
		  sign_in_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/create-account"), STR_INIT("POST"),
		  create_account_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/consent"), STR_INIT("POST"),
		  consent_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/logout"), STR_INIT("GET POST"),
		  logout_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/device"), STR_INIT("GET POST"),
		  device_endpoint, ENDPOINT_PAGE, false },
		{ STR_INIT("/oauth/device/qr"), STR_INIT("GET"),
		  device_qr_endpoint, ENDPOINT_PAGE, false },
		ENDPOINT_END,
	};
	static const struct app_chore chores[] = {
		{ logout_delivery_chore, 10, true },
		APP_CHORES_END,
	};
	static const struct app app = {
		STR_INIT("authorize"), endpoints, true, chores,
	};

	return app_run(&app);
}
