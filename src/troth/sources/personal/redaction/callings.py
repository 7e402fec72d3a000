"""Words that say of a number behind them what it is, in English, Portuguese, German, Spanish and French."""

from __future__ import annotations

from troth.sources.personal.redaction.words import words_of

ORDER, CALL, DOCUMENT = "order", "call", "document"
FILL = words_of(
    """
number numero número numéro nummer num no nr n nº id de do da du is é ist est es meu minha mi my your mein meine mon ma
o a la le el unter at on me us to para pelo al au sob e não lautet der die das the now agora
    """
)
_DOCUMENTS = words_of(
    """
cpf cnpj rg ssn security passport passaporte pasaporte passeport passnr passnummer bsn nif nie dni niss nir sociale vat
tva tax iban account conta cuenta compte cartão cartao tarjeta bancaire cnh insurance license licence card karte
    """
)
_CALLS = words_of(
    """
tel phone telephone téléphone telefono teléfono fone fon cell cellphone celular móvil movil portable whatsapp whats zap
wpp fax call ligar liga ligue ring dial rufen ruft contact contacto contato sms text joignable
    """
)
_ORDERS = words_of(
    """
order orders ordem pedido pedidos commande compra invoice fatura factura facture nota fiscal nf ticket tickets protocolo
protocol case fall caso dossier rastreio rastreamento colis encomenda envio shipment parcel art article artigo artikel
artículo item produto product produkt sku ean isbn lote lot batch charge serial série serie código codigo code ref
reference referência referencia référence referenz modelo model modell modèle customer kunde kunden cliente client
    """
)
CALLED: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    DOCUMENT: (
        _DOCUMENTS,
        ("reisepass", "ausweis", "personalausweis", "burgerservice", "steuer", "konto", "kreditkart", "führerschein", "versicherten"),
    ),
    CALL: (_CALLS, ("telefon", "mobil", "handy", "anruf", "llam", "appel")),
    ORDER: (_ORDERS, ("bestell", "auftrag", "rechnung", "sendung", "paket", "serien", "vorgang", "liefer", "kunden", "track")),
}
