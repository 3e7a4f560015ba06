"""django_server - django-oauth-toolkit with Django, as its tutorial has it:
https://django-oauth-toolkit.readthedocs.io/en/1.7.0/tutorial/

gunicorn serves `app`; the environment is authlib_server.py's.
"""
import os
from datetime import timedelta

import django
from django.conf import settings

settings.configure(
    SECRET_KEY=os.environ["PEER_CLIENT_SECRET"], ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__, USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "oauth2_provider"],
    # A connection for each request is Django's default; kept ones are what
    # its documentation advises for speed.
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None,
        "HOST": os.environ["PEER_HOST"], "NAME": os.environ["PEER_NAME"],
        "USER": os.environ["PEER_USER"]}},
    OAUTH2_PROVIDER={"SCOPES": {"profile": "See your name"}})
django.setup()

# pylint: disable=wrong-import-position
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import AccessToken, Application  # noqa: E402


@protected_resource(scopes=["profile"])
def api_me(request):
    """Whose token it is."""
    return JsonResponse({"id": request.resource_owner.id,
                         "username": request.resource_owner.username})


urlpatterns = [
    path("oauth/", include("oauth2_provider.urls",
                           namespace="oauth2_provider")),
    path("api/me", api_me)]
app = get_wsgi_application()


def make_tables():
    """A client, a person, and one live token of hers."""
    call_command("migrate", verbosity=0)
    user = User.objects.create(username="alice")
    client = Application.objects.create(
        client_id=os.environ["PEER_CLIENT_ID"],
        client_secret=os.environ["PEER_CLIENT_SECRET"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS)
    AccessToken.objects.create(
        application=client, user=user, scope="profile",
        token=os.environ["PEER_TOKEN"],
        expires=timezone.now() + timedelta(days=1))
