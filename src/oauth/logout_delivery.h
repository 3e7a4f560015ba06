/*
 * logout_delivery.h - telling clients that a session has ended (OpenID Connect
 * Back-Channel Logout 1.0).
 */
#ifndef OAUTH_LOGOUT_DELIVERY_H
#define OAUTH_LOGOUT_DELIVERY_H

#include "oauth/chore.h"

/*
 * Deliver what is due of oauth.logout_notification.  Done now and then, for
 * what failed before and for what the operator's functions left there; and at
 * once where a request has ended a session (exchange.poke).
 */
void logout_delivery_chore(const struct chore *c);

#endif
