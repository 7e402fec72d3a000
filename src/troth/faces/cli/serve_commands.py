"""`troth serve`: the pages in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book

HOST, PORT = "127.0.0.1", 8420
Port = Annotated[int, typer.Option(min=0, max=65535, help="Where the pages are served; 0 takes one that is free.")]


def serve(
    book: Book = HERE,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's own need a proxy with TLS before them.")
    ] = HOST,
    port: Port = PORT,
    demo: Annotated[bool, typer.Option("--demo", help="Let everybody read everything, and nobody change anything.")] = False,
    tls: Annotated[
        bool, typer.Option("--tls", help="A proxy with TLS is before it: browsers send what opens an account by TLS only.")
    ] = False,
) -> None:
    """Show the pages in a browser: Monday, promises, measures, units, customers, data and rules."""
    from troth.app.bootstrap import open_access, open_provider, open_sending, open_workspace
    from troth.app.letters.sending import run as send
    from troth.app.pages.served import Served
    from troth.faces.outgoing import write
    from troth.faces.web import web_app
    from troth.faces.web.gate import AccountGate, OpenGate
    from troth.faces.web.running import run
    from troth.faces.web.ticking import ticking

    workspace = open_workspace(book)
    sending, served = open_sending(workspace), Served(workspace)
    with ticking(lambda: send(workspace, sending, write)):
        if demo:
            run(web_app(served, OpenGate(), sending), host, port, lambda address: typer.echo(f"The pages: {address}"))
            return
        access, provider = open_access(workspace), open_provider(workspace)

        def say(address: str) -> None:
            from troth.app.people.access import first_link

            typer.echo(f"The pages: {address}")
            if (first := first_link(access)) is not None:
                typer.echo(f"Nobody is admin yet. Become it, within the hour: {address}welcome#{first.key}")

        run(web_app(served, AccountGate(access, tls=tls, provider=provider), sending), host, port, say)
