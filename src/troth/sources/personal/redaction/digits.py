"""Check digits: whether a run of digits can be the number that it looks like."""

from __future__ import annotations

from collections.abc import Sequence

IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26,
}  # fmt: skip
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def is_card(digits: str) -> bool:
    """A payment card's number: its first digits are those of an issuer.

    >>> is_card("4111111111111111"), is_card("1234567812345670")
    (True, False)
    """
    issued = digits[0] in "456" or "2221" <= digits[:4] <= "2720" or digits[:2] in ("34", "36", "37", "38", "30", "35")
    return 13 <= len(digits) <= 19 and issued and luhn(digits)


def is_cpf(digits: str) -> bool:
    """Brazil, of a person.

    >>> is_cpf("52998224725"), is_cpf("52998224724"), is_cpf("11111111111")
    (True, False, False)
    """
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    return all(_mod11(digits[:n], range(n + 1, 1, -1)) == int(digits[n]) for n in (9, 10))


def is_cnpj(digits: str) -> bool:
    """Brazil, of a company.

    >>> is_cnpj("11222333000181"), is_cnpj("11222333000182")
    (True, False)
    """
    if len(digits) != 14 or len(set(digits)) == 1:
        return False
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return all(_mod11(digits[:n], weights[13 - n :]) == int(digits[n]) for n in (12, 13))


def is_ssn(digits: str) -> bool:
    """United States, areas that were ever given out.

    >>> is_ssn("123456789"), is_ssn("666456789"), is_ssn("123006789")
    (True, False, False)
    """
    return len(digits) == 9 and digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def is_bsn(digits: str) -> bool:
    """Netherlands: the test by eleven.

    >>> is_bsn("111222333"), is_bsn("111222334")
    (True, False)
    """
    return len(digits) == 9 and sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0


def is_nif(digits: str) -> bool:
    """Portugal.

    >>> is_nif("123456789"), is_nif("123456780")
    (True, False)
    """
    return len(digits) == 9 and _mod11(digits[:8], range(9, 1, -1)) == int(digits[8])


def is_nir(digits: str) -> bool:
    """France, social security with its key.

    >>> is_nir("255081416802538"), is_nir("255081416802539")
    (True, False)
    """
    return len(digits) == 15 and digits[0] in "12" and 97 - int(digits[:13]) % 97 == int(digits[13:])


def is_dni(text: str) -> bool:
    """Spain, of citizens and of residents.

    >>> is_dni("12345678Z"), is_dni("X1234567L"), is_dni("12345678A")
    (True, True, False)
    """
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return len(text) == 9 and number.isdecimal() and DNI_LETTERS[int(number) % 23] == text[-1]


def is_iban(text: str) -> bool:
    """ISO 13616, letters in capitals and no blanks.

    >>> is_iban("DE89370400440532013000"), is_iban("DE89370400440532013001")
    (True, False)
    """
    if len(text) < 15 or len(text) != IBAN_LENGTHS.get(text[:2]):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def is_vat(text: str) -> bool:
    """Of companies and of people who trade, in seven countries of the European Union.

    >>> is_vat("DE136695976"), is_vat("DE136695977"), is_vat("ATU13585627"), is_vat("NL123456782B90")
    (True, False, True, True)
    """
    country, number = text[:2], text[2:]
    match country:
        case "DE":
            return len(number) == 9 and number.isdecimal() and _mod11_10(number)
        case "PT":
            return number.isdecimal() and is_nif(number)
        case "IT":
            return len(number) == 11 and number.isdecimal() and luhn(number)
        case "FR":
            return len(number) == 11 and number.isdecimal() and (12 + 3 * (int(number[2:]) % 97)) % 97 == int(number[:2])
        case "BE":
            return len(number) == 10 and number.isdecimal() and 97 - int(number[:8]) % 97 == int(number[8:])
        case "AT":
            return len(number) == 9 and number[0] == "U" and number[1:].isdecimal()
        case "NL":
            return len(number) == 12 and number[9] == "B" and (number[:9] + number[10:]).isdecimal()
        case _:
            return False


def _mod11(digits: str, weights: Sequence[int]) -> int:
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def _mod11_10(digits: str) -> bool:
    """ISO/IEC 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[-1])
