/*
 * message.c - everything the pages say, by id and language.
 *
 * Names of clients and people stand where they need no inflection and, in
 * Korean, before particles that do not depend on the syllable they follow.
 */
#include "page/message.h"

#include <assert.h>

static const struct str tags[PAGE_LANGUAGES] = {
	[PAGE_ENGLISH] = STR_INIT("en"),
	[PAGE_KOREAN] = STR_INIT("ko"),
	[PAGE_GERMAN] = STR_INIT("de"),
};

static const struct str messages[PAGE_MESSAGES][PAGE_LANGUAGES] = {
	[PAGE_NONE] = { STR_INIT(""), STR_INIT(""), STR_INIT("") },

	[PAGE_WRONG_PASSWORD] = {
		STR_INIT("The username or the password is not right."),
		STR_INIT("사용자 이름 또는 비밀번호가 "
			 "올바르지 않습니다."),
		STR_INIT("Benutzername oder Passwort stimmt nicht."),
	},
	[PAGE_TOO_MANY_ATTEMPTS] = {
		STR_INIT("Too many attempts. Wait a moment and try again."),
		STR_INIT("시도 횟수가 너무 많습니다. "
			 "잠시 후 다시 시도해 주세요."),
		STR_INIT("Zu viele Versuche. Bitte warten Sie einen Moment "
			 "und versuchen Sie es dann noch einmal."),
	},
	[PAGE_FORM_EXPIRED] = {
		STR_INIT("This form is no longer valid. Please try again."),
		STR_INIT("이 양식은 더 이상 유효하지 않습니다. "
			 "다시 시도해 주세요."),
		STR_INIT("Dieses Formular ist nicht mehr gültig. "
			 "Bitte versuchen Sie es noch einmal."),
	},
	[PAGE_NO_COOKIE] = {
		STR_INIT("Your browser sent no cookie with this form. Please "
			 "try again. If you read this once more, allow "
			 "cookies for this site."),
		STR_INIT("브라우저에서 이 양식과 함께 쿠키를 보내지 "
			 "않았습니다. 다시 시도해 주세요. 이 메시지가 또 "
			 "나타나면 이 사이트의 쿠키를 허용해 주세요."),
		STR_INIT("Ihr Browser hat mit diesem Formular kein Cookie "
			 "geschickt. Bitte versuchen Sie es noch einmal. "
			 "Wenn Sie das wieder lesen, erlauben Sie Cookies "
			 "für diese Website."),
	},
	[PAGE_OTHER_ACCOUNT] = {
		STR_INIT("You are signed in, but the application asks for "
			 "another account. Please sign in with that one."),
		STR_INIT("로그인되어 있지만, 애플리케이션에서 다른 계정을 "
			 "요청합니다. 해당 계정으로 로그인해 주세요."),
		STR_INIT("Sie sind angemeldet, aber die Anwendung fragt nach "
			 "einem anderen Konto. Bitte melden Sie sich mit "
			 "diesem an."),
	},
	[PAGE_WRONG_USER_CODE] = {
		STR_INIT("This code is not right, or no longer valid. "
			 "Check it on your device, or start again there."),
		STR_INIT("코드가 올바르지 않거나 만료되었습니다. "
			 "기기에 표시된 코드를 확인하거나 "
			 "기기에서 다시 시작해 주세요."),
		STR_INIT("Dieser Code stimmt nicht oder gilt nicht mehr. "
			 "Bitte vergleichen Sie ihn mit dem auf Ihrem "
			 "Gerät, oder beginnen Sie dort noch einmal."),
	},

	[PAGE_USERNAME_TAKEN] = {
		STR_INIT("That username is taken. Please choose another."),
		STR_INIT("이미 사용 중인 사용자 이름입니다. "
			 "다른 이름을 선택해 주세요."),
		STR_INIT("Dieser Benutzername ist vergeben. "
			 "Bitte wählen Sie einen anderen."),
	},
	[PAGE_BAD_NAME] = {
		STR_INIT("Your name can have up to 200 characters, but no "
			 "control characters such as tabs."),
		STR_INIT("이름은 200자까지 쓸 수 있으며, 탭과 같은 제어 "
			 "문자는 쓸 수 없습니다."),
		STR_INIT("Ihr Name kann bis zu 200 Zeichen haben, aber keine "
			 "Steuerzeichen wie Tabulatoren."),
	},
	[PAGE_BAD_USERNAME] = {
		STR_INIT("A username has 1 to 255 characters, no control "
			 "characters such as tabs, and no space at its "
			 "beginning or end."),
		STR_INIT("사용자 이름은 1~255자이며, 탭과 같은 제어 문자를 "
			 "쓸 수 없고 공백으로 시작하거나 끝날 수 없습니다."),
		STR_INIT("Ein Benutzername hat 1 bis 255 Zeichen, keine "
			 "Steuerzeichen wie Tabulatoren und kein "
			 "Leerzeichen am Anfang oder Ende."),
	},
	[PAGE_BAD_PASSWORD] = {
		STR_INIT("A password needs 8 characters or more."),
		STR_INIT("비밀번호는 8자 이상이어야 합니다."),
		STR_INIT("Ein Passwort braucht mindestens 8 Zeichen."),
	},

	[PAGE_TITLE_BAD_REQUEST] = {
		STR_INIT("This request cannot be completed"),
		STR_INIT("요청을 처리할 수 없습니다"),
		STR_INIT("Diese Anfrage kann nicht bearbeitet werden"),
	},
	[PAGE_TITLE_UNAVAILABLE] = {
		STR_INIT("Not available right now"),
		STR_INIT("지금은 이용할 수 없습니다"),
		STR_INIT("Gerade nicht verfügbar"),
	},
	[PAGE_TITLE_NOT_FOUND] = {
		STR_INIT("Page not found"),
		STR_INIT("페이지를 찾을 수 없습니다"),
		STR_INIT("Seite nicht gefunden"),
	},
	[PAGE_TITLE_SIGNED_OUT] = {
		STR_INIT("Signed out"),
		STR_INIT("로그아웃 완료"),
		STR_INIT("Abgemeldet"),
	},

	[PAGE_UNKNOWN_CLIENT] = {
		STR_INIT("The application that sent you here is not known to "
			 "this server. If you trust it, please tell the "
			 "people who run it."),
		STR_INIT("이 서버에 등록되지 않은 애플리케이션에서 "
			 "보낸 요청입니다. 신뢰하는 애플리케이션이라면 "
			 "운영자에게 알려 주세요."),
		STR_INIT("Die Anwendung, von der Sie kommen, ist diesem "
			 "Server nicht bekannt. Wenn Sie ihr vertrauen, "
			 "geben Sie bitte ihren Betreibern Bescheid."),
	},
	[PAGE_BAD_REDIRECT_URI] = {
		STR_INIT("The application that sent you here asked to send "
			 "you on to an address that is not registered for "
			 "it. For your safety, this is where it stops."),
		STR_INIT("애플리케이션에서 등록되지 않은 주소로의 "
			 "이동을 요청했습니다. "
			 "안전을 위해 여기서 중단합니다."),
		STR_INIT("Die Anwendung, von der Sie kommen, wollte Sie an "
			 "eine Adresse weiterleiten, die für sie nicht "
			 "registriert ist. Zu Ihrer Sicherheit geht es "
			 "hier nicht weiter."),
	},
	[PAGE_BAD_REQUEST] = {
		STR_INIT("Something is wrong with the request that brought "
			 "you here. Go back to the application and start "
			 "again."),
		STR_INIT("요청에 문제가 있습니다. 애플리케이션으로 "
			 "돌아가 처음부터 다시 시도해 주세요."),
		STR_INIT("Mit der Anfrage, die Sie hierher geführt hat, "
			 "stimmt etwas nicht. Gehen Sie zurück zur "
			 "Anwendung und beginnen Sie noch einmal."),
	},
	[PAGE_TRY_LATER] = {
		STR_INIT("The server cannot answer at the moment. "
			 "Please try again in a little while."),
		STR_INIT("지금은 서버가 응답할 수 없습니다. "
			 "잠시 후 다시 시도해 주세요."),
		STR_INIT("Der Server kann im Moment nicht antworten. "
			 "Bitte versuchen Sie es gleich noch einmal."),
	},
	[PAGE_NOT_FOUND] = {
		STR_INIT("There is nothing at this address."),
		STR_INIT("이 주소에는 아무것도 없습니다."),
		STR_INIT("Unter dieser Adresse gibt es nichts."),
	},
	[PAGE_METHOD_NOT_ALLOWED] = {
		STR_INIT("This address does not take this kind of request. "
			 "Go back to the application and start again."),
		STR_INIT("이 주소에서 지원하지 않는 방식의 요청입니다. "
			 "애플리케이션으로 돌아가 다시 시도해 주세요."),
		STR_INIT("Diese Adresse nimmt Anfragen dieser Art nicht an. "
			 "Gehen Sie zurück zur Anwendung und beginnen Sie "
			 "noch einmal."),
	},
	[PAGE_TOO_LARGE] = {
		STR_INIT("The request is larger than this server accepts."),
		STR_INIT("요청이 서버의 허용 크기를 초과했습니다."),
		STR_INIT("Die Anfrage ist größer, als dieser Server "
			 "erlaubt."),
	},
	[PAGE_STAYED] = {
		STR_INIT("You are still signed in. You can close this page."),
		STR_INIT("로그인 상태가 유지됩니다. "
			 "이 페이지를 닫으셔도 됩니다."),
		STR_INIT("Sie sind weiterhin angemeldet und können diese "
			 "Seite schließen."),
	},

	[PAGE_SIGN_IN] = {
		STR_INIT("Sign in"),
		STR_INIT("로그인"),
		STR_INIT("Anmelden"),
	},
	[PAGE_SIGN_IN_TO] = {
		STR_INIT("{client} asks you to sign in."),
		STR_INIT("{client}에서 로그인을 요청합니다."),
		STR_INIT("{client} bittet Sie, sich anzumelden."),
	},
	[PAGE_USERNAME] = {
		STR_INIT("Username"),
		STR_INIT("사용자 이름"),
		STR_INIT("Benutzername"),
	},
	[PAGE_PASSWORD] = {
		STR_INIT("Password"),
		STR_INIT("비밀번호"),
		STR_INIT("Passwort"),
	},
	[PAGE_CREATE_ACCOUNT] = {
		STR_INIT("Create an account"),
		STR_INIT("계정 만들기"),
		STR_INIT("Konto anlegen"),
	},
	[PAGE_CREATE_ACCOUNT_FOR] = {
		STR_INIT("{client} asks you to create an account."),
		STR_INIT("{client}에서 계정을 만들 것을 요청합니다."),
		STR_INIT("{client} bittet Sie, ein Konto anzulegen."),
	},
	[PAGE_FULL_NAME] = {
		STR_INIT("Your name (optional)"),
		STR_INIT("이름 (선택)"),
		STR_INIT("Ihr Name (freiwillig)"),
	},
	[PAGE_NEW_PASSWORD] = {
		STR_INIT("Password, 8 characters or more"),
		STR_INIT("비밀번호, 8자 이상"),
		STR_INIT("Passwort, mindestens 8 Zeichen"),
	},
	[PAGE_CREATE] = {
		STR_INIT("Create account"),
		STR_INIT("계정 만들기"),
		STR_INIT("Konto anlegen"),
	},
	[PAGE_HAVE_ACCOUNT] = {
		STR_INIT("I have an account"),
		STR_INIT("계정이 있습니다"),
		STR_INIT("Ich habe ein Konto"),
	},
	[PAGE_CONSENT] = {
		STR_INIT("Allow access"),
		STR_INIT("접근 허용"),
		STR_INIT("Zugriff erlauben"),
	},
	[PAGE_CONSENT_TITLE] = {
		STR_INIT("Allow {client} to use your account?"),
		STR_INIT("{client}에 계정 접근을 허용하시겠습니까?"),
		STR_INIT("{client} Zugriff auf Ihr Konto erlauben?"),
	},
	[PAGE_SIGNED_IN_AS] = {
		STR_INIT("You are signed in as {username}."),
		STR_INIT("{username} 계정으로 로그인되어 있습니다."),
		STR_INIT("Sie sind angemeldet als {username}."),
	},
	[PAGE_SWITCH] = {
		STR_INIT("Not you? Sign in as someone else"),
		STR_INIT("본인이 아닌가요? 다른 계정으로 로그인"),
		STR_INIT("Nicht Sie? Mit anderem Konto anmelden"),
	},
	[PAGE_REQUESTED] = {
		STR_INIT("Requested access"),
		STR_INIT("요청한 권한"),
		STR_INIT("Gewünschter Zugriff"),
	},
	[PAGE_WHO_YOU_ARE] = {
		STR_INIT("{client} will learn who you are."),
		STR_INIT("{client}에서 회원님이 누구인지 "
			 "알 수 있게 됩니다."),
		STR_INIT("{client} erfährt, wer Sie sind."),
	},
	[PAGE_ALLOW] = {
		STR_INIT("Allow"),
		STR_INIT("허용"),
		STR_INIT("Erlauben"),
	},
	[PAGE_DENY] = {
		STR_INIT("Deny"),
		STR_INIT("거부"),
		STR_INIT("Ablehnen"),
	},
	[PAGE_RETURN_TO] = {
		STR_INIT("Either way, you will go back to {host}."),
		STR_INIT("어느 쪽을 선택하든 {host}에서 계속됩니다."),
		STR_INIT("In jedem Fall geht es zurück zu {host}."),
	},
	[PAGE_LINK_CLIENT] = {
		STR_INIT("About this application"),
		STR_INIT("애플리케이션 정보"),
		STR_INIT("Über diese Anwendung"),
	},
	[PAGE_LINK_POLICY] = {
		STR_INIT("Privacy policy"),
		STR_INIT("개인정보 처리방침"),
		STR_INIT("Datenschutz"),
	},
	[PAGE_LINK_TERMS] = {
		STR_INIT("Terms of service"),
		STR_INIT("이용약관"),
		STR_INIT("Nutzungsbedingungen"),
	},
	[PAGE_FOR_DEVELOPERS] = {
		STR_INIT("For developers"),
		STR_INIT("개발자용 정보"),
		STR_INIT("Für Entwickler"),
	},

	[PAGE_CONTINUE] = {
		STR_INIT("Continue"),
		STR_INIT("계속"),
		STR_INIT("Weiter"),
	},
	[PAGE_GOING_ON_TO] = {
		STR_INIT("You are going on to {host}. "
			 "If nothing happens, press the button."),
		STR_INIT("{host}에서 계속됩니다. "
			 "화면이 바뀌지 않으면 버튼을 눌러 주세요."),
		STR_INIT("Es geht weiter bei {host}. "
			 "Wenn nichts geschieht, drücken Sie bitte auf "
			 "den Knopf."),
	},

	[PAGE_SIGN_OUT] = {
		STR_INIT("Sign out"),
		STR_INIT("로그아웃"),
		STR_INIT("Abmelden"),
	},
	[PAGE_ASK_SIGN_OUT] = {
		STR_INIT("Do you want to sign out?"),
		STR_INIT("로그아웃하시겠습니까?"),
		STR_INIT("Möchten Sie sich abmelden?"),
	},
	[PAGE_SIGN_OUT_ASKED] = {
		STR_INIT("{client} asks you to sign out here, too."),
		STR_INIT("{client}에서 이 서버에서도 로그아웃하도록 요청합니다."),
		STR_INIT("{client} bittet Sie, sich auch hier abzumelden."),
	},
	[PAGE_STAY] = {
		STR_INIT("Stay signed in"),
		STR_INIT("로그인 유지"),
		STR_INIT("Angemeldet bleiben"),
	},
	[PAGE_NOW_SIGNED_OUT] = {
		STR_INIT("You are signed out"),
		STR_INIT("로그아웃되었습니다"),
		STR_INIT("Sie sind abgemeldet"),
	},
	[PAGE_MAY_CLOSE] = {
		STR_INIT("You can close this page."),
		STR_INIT("이 페이지를 닫으셔도 됩니다."),
		STR_INIT("Sie können diese Seite schließen."),
	},
	[PAGE_GO_ON_TO] = {
		STR_INIT("Go back to {client}"),
		STR_INIT("{client} 화면으로 돌아가기"),
		STR_INIT("Zurück zu {client}"),
	},

	[PAGE_DEVICE] = {
		STR_INIT("Connect a device"),
		STR_INIT("기기 연결"),
		STR_INIT("Gerät verbinden"),
	},
	[PAGE_DEVICE_CODE] = {
		STR_INIT("Code"),
		STR_INIT("코드"),
		STR_INIT("Code"),
	},
	[PAGE_DEVICE_CODE_HELP] = {
		STR_INIT("Type the code that your device shows."),
		STR_INIT("기기에 표시된 코드를 입력해 주세요."),
		STR_INIT("Geben Sie den Code ein, den Ihr Gerät anzeigt."),
	},
	[PAGE_DEVICE_TITLE] = {
		STR_INIT("Allow {client} on a device to use your account?"),
		STR_INIT("기기의 {client}에 계정 접근을 허용하시겠습니까?"),
		STR_INIT("{client} auf einem Gerät Zugriff auf Ihr Konto "
			 "erlauben?"),
	},
	[PAGE_DEVICE_FROM] = {
		STR_INIT("The device asked from the address {address}."),
		STR_INIT("요청한 기기의 주소: {address}"),
		STR_INIT("Die Adresse des Geräts ist {address}."),
	},
	[PAGE_DEVICE_AGO_NOW] = {
		STR_INIT("It asked less than a minute ago."),
		STR_INIT("1분 이내에 요청했습니다."),
		STR_INIT("Es hat vor weniger als einer Minute gefragt."),
	},
	[PAGE_DEVICE_AGO_MINUTE] = {
		STR_INIT("It asked a minute ago."),
		STR_INIT("1분 전에 요청했습니다."),
		STR_INIT("Es hat vor einer Minute gefragt."),
	},
	[PAGE_DEVICE_AGO_MINUTES] = {
		STR_INIT("It asked {minutes} minutes ago."),
		STR_INIT("{minutes}분 전에 요청했습니다."),
		STR_INIT("Es hat vor {minutes} Minuten gefragt."),
	},
	[PAGE_DEVICE_WARNING] = {
		STR_INIT("Only go on if you started this yourself, on a "
			 "device that shows this code. If somebody sent "
			 "you the code or a link to this page, deny it."),
		STR_INIT("이 코드가 표시된 기기에서 직접 시작한 "
			 "경우에만 계속해 주세요. 다른 사람에게서 "
			 "코드나 이 페이지의 링크를 받았다면 "
			 "거부해 주세요."),
		STR_INIT("Machen Sie nur weiter, wenn Sie das selbst "
			 "begonnen haben, auf einem Gerät, das diesen "
			 "Code anzeigt. Wenn Ihnen jemand den Code oder "
			 "einen Link zu dieser Seite geschickt hat, "
			 "lehnen Sie ab."),
	},
	[PAGE_DEVICE_ALLOWED] = {
		STR_INIT("Your device is connected"),
		STR_INIT("기기가 연결되었습니다"),
		STR_INIT("Ihr Gerät ist verbunden"),
	},
	[PAGE_DEVICE_ALLOWED_HELP] = {
		STR_INIT("Go on at your device. You can close this page."),
		STR_INIT("기기에서 계속해 주세요. "
			 "이 페이지는 닫으셔도 됩니다."),
		STR_INIT("Machen Sie an Ihrem Gerät weiter. "
			 "Diese Seite können Sie schließen."),
	},
	[PAGE_DEVICE_DENIED] = {
		STR_INIT("The device was denied access"),
		STR_INIT("기기의 접근을 거부했습니다"),
		STR_INIT("Das Gerät erhält keinen Zugriff"),
	},
	[PAGE_DEVICE_DENIED_HELP] = {
		STR_INIT("It cannot use your account. "
			 "You can close this page."),
		STR_INIT("기기는 회원님의 계정에 접근할 수 없습니다. "
			 "이 페이지는 닫으셔도 됩니다."),
		STR_INIT("Es kann Ihr Konto nicht benutzen. "
			 "Diese Seite können Sie schließen."),
	},
	[PAGE_DEVICE_QR_TITLE] = {
		STR_INIT("Go on at your phone or computer"),
		STR_INIT("휴대전화나 컴퓨터에서 계속하세요"),
		STR_INIT("Weiter am Telefon oder Computer"),
	},
	[PAGE_DEVICE_QR_SCAN] = {
		STR_INIT("Scan this code with your phone:"),
		STR_INIT("휴대전화로 이 코드를 스캔해 주세요."),
		STR_INIT("Scannen Sie diesen Code mit Ihrem Telefon:"),
	},
	[PAGE_DEVICE_QR_TYPE] = {
		STR_INIT("Or open this address and type the code:"),
		STR_INIT("또는 아래 주소를 열고 코드를 입력해 주세요."),
		STR_INIT("Oder öffnen Sie diese Adresse und geben Sie "
			 "den Code ein:"),
	},
	[PAGE_DEVICE_QR_LABEL] = {
		STR_INIT("QR code of the address"),
		STR_INIT("주소의 QR 코드"),
		STR_INIT("QR-Code der Adresse"),
	},
};

struct str page_language_tag(enum page_language language)
{
	return tags[language];
}

struct str page_text(enum page_language language, enum page_message id)
{
	assert(messages[id][language].ptr);
	return messages[id][language];
}
