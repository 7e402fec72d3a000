from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.post import post_office
from troth.kernel.errors import BadValue
from troth.sending import Handed, Letter, NotSent
from troth.stores.mail.smtp import VARIABLE, SmtpPost, server_of

LETTER = Letter("a1b2", "s1", "email-x", date(2026, 2, 9), datetime(2026, 2, 9, 5, 30))
HANDED = Handed(LETTER, b"Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n.a dot\r\n")
SECRET = "geheim-9"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its own certificate for 127.0.0.1, in one file."""
    from datetime import UTC, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "here.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_letter_goes_to_one_person_as_it_was_written() -> None:
    with post_office() as office:
        SmtpPost({VARIABLE: office.url}).deliver(HANDED, "ana@shop.example")

        (mail,) = office.mails
        assert office.to == ["ana@shop.example"]
        assert (mail["from"], mail["to"], mail["message-id"]) == ("troth@shop.example", "ana@shop.example", "<a1b2@shop.example>")
        assert mail.get_content().splitlines() == [".a dot"]


def test_it_goes_over_tls_and_the_password_after_that(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with post_office(certificate) as office:
        url = office.url.replace("smtp://", f"smtp://ana:{SECRET}@") + "&starttls=1"
        SmtpPost({VARIABLE: url}).deliver(HANDED, "ana@shop.example")

        assert office.said.index("STARTTLS") < office.said.index("AUTH")
        assert office.logins == [f"\0ana\0{SECRET}"]
        assert len(office.mails) == 1


def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_letter_nor_password(certificate: Path) -> None:
    with post_office(certificate) as office:
        url = office.url.replace("smtp://", f"smtp://ana:{SECRET}@") + "&starttls=1"
        with pytest.raises(NotSent) as refused:
            SmtpPost({VARIABLE: url}).deliver(HANDED, "ana@shop.example")

        assert not refused.value.lasting
        assert office.logins == []
        assert office.mails == []


def test_a_server_without_the_tls_that_was_asked_for_gets_nothing() -> None:
    with post_office() as office:
        with pytest.raises(NotSent):
            SmtpPost({VARIABLE: office.url + "&starttls=1"}).deliver(HANDED, "ana@shop.example")

        assert office.mails == []


@pytest.mark.parametrize(
    ("command", "answer", "lasting"),
    [
        ("RCPT", "550 5.1.1 no such person", True),
        ("RCPT", "450 4.2.1 full", False),
        ("MAIL", "553 not from you", True),
        ("TAKEN", "554 looks like spam", True),
        ("TAKEN", "451 later", False),
        ("EHLO", "", False),
        ("DATA", "", False),
    ],
)
def test_what_a_server_refuses_for_good_is_told_from_what_it_refuses_for_now(command: str, answer: str, *, lasting: bool) -> None:
    with post_office() as office:
        office.refusals[command] = [answer]
        with pytest.raises(NotSent) as refused:
            SmtpPost({VARIABLE: office.url}).deliver(HANDED, "ana@shop.example")

    assert refused.value.lasting is lasting
    assert "ana" not in refused.value.reason


def test_a_server_that_parts_rudely_after_it_took_a_letter_has_taken_it() -> None:
    with post_office() as office:
        office.refusals["QUIT"] = ["500 never"]
        SmtpPost({VARIABLE: office.url}).deliver(HANDED, "ana@shop.example")

        assert len(office.mails) == 1


@pytest.mark.parametrize(
    "said",
    [
        f"http://ana:{SECRET}@host",
        f"smtp://ana:{SECRET}@host:x?from=a@b.example",
        f"smtp://ana:{SECRET}@host",  # nobody whom it is from
        f"smtp://ana:{SECRET}@?from=a@b.example",
        f"smtp://ana:{SECRET}@mail.example?from=a@b.example&starttls=0",
        "smtp://mail.example?from=a@b.example%0aBcc:x@y.example",
    ],
)
def test_what_is_no_server_is_refused_and_the_password_not_repeated(said: str) -> None:
    with pytest.raises(BadValue) as refused:
        server_of({VARIABLE: said})

    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__cause__ is None


def test_a_server_is_read_from_one_line() -> None:
    found = server_of({VARIABLE: f"smtps://ana%40shop.example:{SECRET}@mail.example"})

    assert found is not None
    assert (found.scheme, found.host, found.port, found.sender) == ("smtps", "mail.example", 465, "ana@shop.example")
    assert SECRET not in repr(found)
    assert server_of({}) is None
