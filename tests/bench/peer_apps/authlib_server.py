"""authlib_server - Authlib with Flask, as its documentation's example has it:
https://docs.authlib.org/en/v1.2.0/flask/2/

Client credentials, and a resource that a bearer token opens.  gunicorn serves
`app`; PEER_DATABASE, PEER_CLIENT_ID, PEER_CLIENT_SECRET and PEER_TOKEN, one
person's access token, come from the environment; `make_tables()` is run once.
"""
import os
import time

from authlib.integrations.flask_oauth2 import (AuthorizationServer,
                                               ResourceProtector,
                                               current_token)
from authlib.integrations.sqla_oauth2 import (OAuth2ClientMixin,
                                              OAuth2TokenMixin,
                                              create_bearer_token_validator,
                                              create_query_client_func,
                                              create_save_token_func)
from authlib.oauth2.rfc6749 import grants
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["PEER_DATABASE"]
db = SQLAlchemy(app)


class User(db.Model):
    """Somebody."""
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(40), unique=True)


class Client(db.Model, OAuth2ClientMixin):
    """RFC 7591's columns."""
    __tablename__ = "oauth2_client"
    id = db.Column(db.Integer, primary_key=True)


class Token(db.Model, OAuth2TokenMixin):
    """Access tokens, as they are: Authlib stores them in clear."""
    __tablename__ = "oauth2_token"
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))
    user = db.relationship("User")

    @property
    def revoked(self):
        """What create_bearer_token_validator() asks."""
        return self.is_revoked()


server = AuthorizationServer(
    app, query_client=create_query_client_func(db.session, Client),
    save_token=create_save_token_func(db.session, Token))
server.register_grant(grants.ClientCredentialsGrant)
require_oauth = ResourceProtector()
require_oauth.register_token_validator(
    create_bearer_token_validator(db.session, Token)())


@app.post("/oauth/token")
def issue_token():
    """RFC 6749 section 3.2."""
    return server.create_token_response()


@app.get("/api/me")
@require_oauth("profile")
def api_me():
    """Whose token it is."""
    user = current_token.user
    return jsonify(id=user.id, username=user.username)


def make_tables():
    """A client, a person, and one live token of hers."""
    with app.app_context():
        db.create_all()
        client = Client(client_id=os.environ["PEER_CLIENT_ID"],
                        client_secret=os.environ["PEER_CLIENT_SECRET"],
                        client_id_issued_at=int(time.time()))
        client.set_client_metadata({
            "grant_types": ["client_credentials"], "scope": "profile",
            "token_endpoint_auth_method": "client_secret_basic"})
        user = User(username="alice")
        db.session.add_all([client, user])
        db.session.flush()
        db.session.add(Token(
            client_id=client.client_id, user_id=user.id, scope="profile",
            token_type="Bearer", expires_in=86400,
            access_token=os.environ["PEER_TOKEN"]))
        db.session.commit()
