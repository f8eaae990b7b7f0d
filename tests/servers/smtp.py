#!/usr/bin/python3
"""A mail server for tests: Debian's aiosmtpd, which checks commands, addresses, STARTTLS and passwords by itself.

Says its port, and then each mail that it took, as lines of JSON.
"""

import argparse
import asyncio
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 no such user"
        if name == "foreign":
            return "554 5.7.1 relay access denied"
        if name == "busy" and not os.path.exists(os.path.join(self.folder, "busy-no-more")):
            return "451 4.3.0 try again later"
        if name == "echo":
            return "550 5.1.1 no such user; you said " + getattr(session, "said", "nothing")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "tls": session.ssl is not None or server.over_tls,
                    "user": getattr(session, "user", None),
                    "data": envelope.content.decode("utf-8"),
                }
            ),
            flush=True,
        )
        return "250 OK taken"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--folder", required=True)
    arguments.add_argument("--way", choices=["starttls", "tls", "plain"], required=True)
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    options = arguments.parse_args()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if options.way != "plain":
        context.load_cert_chain(
            os.path.join(options.folder, "server.pem"), os.path.join(options.folder, "server_key.pem")
        )

    def authenticate(server, session, envelope, mechanism, data):
        login, password = data.login.decode(), data.password.decode()
        session.said = password
        if (login, password) != (options.user, options.password):
            return AuthResult(success=False, handled=False)
        session.user = login
        return AuthResult(success=True)

    def make():
        server = SMTP(
            Mailbox(options.folder),
            hostname="mail.acme.test",
            tls_context=context if options.way == "starttls" else None,
            require_starttls=options.way == "starttls",
            authenticator=authenticate if options.user else None,
            auth_required=bool(options.user),
            auth_require_tls=options.way == "starttls",
            enable_SMTPUTF8=False,
        )
        server.over_tls = options.way == "tls"
        return server

    async def serve():
        loop = asyncio.get_running_loop()
        over_tls = context if options.way == "tls" else None
        server = await loop.create_server(make, "127.0.0.1", options.port, ssl=over_tls)
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        await server.serve_forever()

    asyncio.run(serve())


main()
