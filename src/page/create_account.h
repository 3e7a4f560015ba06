/*
 * create_account.h - the page where a person makes an account for themselves
 * (Initiating User Registration via OpenID Connect 1.0).
 */
#ifndef PAGE_CREATE_ACCOUNT_H
#define PAGE_CREATE_ACCOUNT_H

#include "page/page.h"

/*
 * Fields "name", "username" and "password", the hidden ones of form, and
 * "decision": "create", or "sign-in" for who has an account.  fault: what was
 * wrong the last time; name, username: what they typed, or absent.
 */
void page_create_account(const struct page_view *v, int status,
			 const struct page_form *form,
			 const struct page_client *client, struct str name,
			 struct str username, enum page_message fault);

#endif
