/*
 * create_account.h - a person makes an account for themselves (Initiating User
 * Registration via OpenID Connect 1.0: prompt "create").
 */
#ifndef ENDPOINT_CREATE_ACCOUNT_H
#define ENDPOINT_CREATE_ACCOUNT_H

#include "endpoint/authorization.h"

/* The page, after which the request goes on. */
void create_account_ask(struct exchange *x, const struct authorization *z);

#endif
