/*
 * message.h - everything the pages say, by id and language.
 *
 * The texts are the table in message.c and nowhere else; a text may hold one
 * {name} for each value that a page gives it.
 */
#ifndef PAGE_MESSAGE_H
#define PAGE_MESSAGE_H

#include "base/str.h"

enum page_language { PAGE_ENGLISH, PAGE_KOREAN, PAGE_GERMAN, PAGE_LANGUAGES };

enum page_message {
	PAGE_NONE,		/* nothing to say */

	/* Why a form is shown again. */
	PAGE_WRONG_PASSWORD,
	PAGE_TOO_MANY_ATTEMPTS,
	PAGE_FORM_EXPIRED,	/* also a text of page_error() */
	PAGE_NO_COOKIE,		/* that the form came with */
	PAGE_OTHER_ACCOUNT,	/* the client asks for (id_token_hint) */
	PAGE_WRONG_USER_CODE,	/* or it has expired, or was used */
	PAGE_USERNAME_TAKEN,
	PAGE_BAD_NAME,
	PAGE_BAD_USERNAME,
	PAGE_BAD_PASSWORD,

	/* Titles of page_error() and page_notice(). */
	PAGE_TITLE_BAD_REQUEST,
	PAGE_TITLE_UNAVAILABLE,
	PAGE_TITLE_NOT_FOUND,
	PAGE_TITLE_SIGNED_OUT,

	/* Texts of page_error() and page_notice(). */
	PAGE_UNKNOWN_CLIENT,
	PAGE_BAD_REDIRECT_URI,
	PAGE_BAD_REQUEST,
	PAGE_TRY_LATER,
	PAGE_NOT_FOUND,
	PAGE_METHOD_NOT_ALLOWED,
	PAGE_TOO_LARGE,
	PAGE_STAYED,

	/* What the pages themselves are made of. */
	PAGE_SIGN_IN,
	PAGE_SIGN_IN_TO,	/* {client} */
	PAGE_USERNAME,
	PAGE_PASSWORD,
	PAGE_CREATE_ACCOUNT,
	PAGE_CREATE_ACCOUNT_FOR, /* {client} */
	PAGE_FULL_NAME,
	PAGE_NEW_PASSWORD,
	PAGE_CREATE,
	PAGE_HAVE_ACCOUNT,
	PAGE_CONSENT,
	PAGE_CONSENT_TITLE,	/* {client} */
	PAGE_SIGNED_IN_AS,	/* {username} */
	PAGE_SWITCH,
	PAGE_REQUESTED,
	PAGE_WHO_YOU_ARE,	/* {client} */
	PAGE_ALLOW,
	PAGE_DENY,
	PAGE_RETURN_TO,		/* {host} */
	PAGE_LINK_CLIENT,
	PAGE_LINK_POLICY,
	PAGE_LINK_TERMS,
	PAGE_FOR_DEVELOPERS,

	/* form_post.h */
	PAGE_CONTINUE,
	PAGE_GOING_ON_TO,	/* {host} */

	/* logout.h */
	PAGE_SIGN_OUT,
	PAGE_ASK_SIGN_OUT,
	PAGE_SIGN_OUT_ASKED,	/* {client} */
	PAGE_STAY,
	PAGE_NOW_SIGNED_OUT,
	PAGE_MAY_CLOSE,
	PAGE_GO_ON_TO,		/* {client} */

	/* device.h */
	PAGE_DEVICE,
	PAGE_DEVICE_CODE,
	PAGE_DEVICE_CODE_HELP,
	PAGE_DEVICE_TITLE,	/* {client} */
	PAGE_DEVICE_FROM,	/* {address} */
	PAGE_DEVICE_AGO_NOW,
	PAGE_DEVICE_AGO_MINUTE,
	PAGE_DEVICE_AGO_MINUTES, /* {minutes} */
	PAGE_DEVICE_WARNING,
	PAGE_DEVICE_ALLOWED,
	PAGE_DEVICE_ALLOWED_HELP,
	PAGE_DEVICE_DENIED,
	PAGE_DEVICE_DENIED_HELP,
	PAGE_DEVICE_QR_TITLE,
	PAGE_DEVICE_QR_SCAN,
	PAGE_DEVICE_QR_TYPE,
	PAGE_DEVICE_QR_LABEL,

	PAGE_MESSAGES
};

/*
 * The language to speak, from the value of Accept-Language (RFC 9110 section
 * 12.5.4; absent: English).  The one with the highest weight that we have, the
 * first of equals; English where we have none.
 */
enum page_language page_language(struct str accept);

/*
 * The language that ui_locales asks for: words, most wanted first (OpenID
 * Connect Core section 3.1.2.1).  What we do not have is no error: false, and
 * *out as it was, where that is all of it.
 */
bool page_language_wanted(struct str ui_locales, enum page_language *out);

/* "en", ...: for lang and Content-Language (RFC 5646). */
struct str page_language_tag(enum page_language language);

struct str page_text(enum page_language language, enum page_message id);

#endif
