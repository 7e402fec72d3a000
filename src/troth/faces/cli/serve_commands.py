"""`troth serve`: the pages in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book

HOST, PORT = "127.0.0.1", 8420


def serve(
    book: Book = HERE,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's own need a proxy with TLS before them.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes one that is free.")] = PORT,
    demo: Annotated[bool, typer.Option("--demo", help="Let everybody read everything, and nobody change anything.")] = False,
) -> None:
    """Show the pages in a browser: Monday, promises, measures, units, customers, data and rules."""
    from troth.app.bootstrap import open_workspace
    from troth.app.served import Served
    from troth.faces.web import web_app
    from troth.faces.web.gate import OpenGate
    from troth.faces.web.running import run
    from troth.kernel.errors import BadValue

    if not demo:
        raise BadValue("nobody can sign in yet", got="no --demo", allowed="--demo", next_step="Run: troth serve --demo")
    run(web_app(Served(open_workspace(book)), OpenGate()), host, port, lambda address: typer.echo(f"The pages: {address}"))
