"""The real Olist files under five disguises, written at test time and never kept."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random

from tests.start.folders.world import Pair, World, write_table

Table = tuple[list[str], list[list[str]]]
SOURCES = ("orders", "order_items", "order_payments", "order_reviews", "customers", "products", "sellers")

ENGLISH = {
    "order_id": "order_no", "customer_id": "client_no", "order_status": "state",
    "order_purchase_timestamp": "placed_on",
    "order_approved_at": "paid_on", "order_delivered_carrier_date": "handed_over_on",
    "order_delivered_customer_date": "received_on", "order_estimated_delivery_date": "promised_on",
    "order_item_id": "position", "product_id": "article_no", "seller_id": "merchant_no",
    "shipping_limit_date": "ship_before", "price": "unit_price", "freight_value": "shipping_cost",
    "payment_sequential": "payment_no", "payment_type": "method", "payment_installments": "instalments",
    "payment_value": "amount", "review_id": "review_no", "review_score": "stars", "review_comment_title": "title",
    "review_comment_message": "text", "review_creation_date": "asked_on", "review_answer_timestamp": "answered_on",
    "customer_unique_id": "person_no", "customer_zip_code_prefix": "zip", "customer_city": "town",
    "customer_state": "region",
}  # fmt: skip
GERMAN = {
    "order_id": "bestellnummer", "customer_id": "kundennummer", "order_status": "status",
    "order_purchase_timestamp": "bestellt_am", "order_approved_at": "bezahlt_am",
    "order_delivered_carrier_date": "übergeben_am", "order_delivered_customer_date": "geliefert_am",
    "order_estimated_delivery_date": "voraussichtliche_lieferung", "order_item_id": "position",
    "product_id": "artikelnummer", "seller_id": "händlernummer", "shipping_limit_date": "versand_bis",
    "price": "preis", "freight_value": "versandkosten", "payment_sequential": "zahlung_nr",
    "payment_type": "zahlungsart", "payment_installments": "raten", "payment_value": "betrag",
    "review_id": "bewertungsnummer", "review_score": "sterne", "review_comment_title": "titel",
    "review_comment_message": "text", "review_creation_date": "gefragt_am", "review_answer_timestamp": "beantwortet_am",
    "customer_unique_id": "personennummer", "customer_zip_code_prefix": "plz", "customer_city": "ort",
    "customer_state": "land",
}  # fmt: skip
PORTUGUESE = {
    "order_id": "id_pedido", "customer_id": "id_cliente", "order_status": "situacao",
    "order_purchase_timestamp": "comprado_em", "order_approved_at": "aprovado_em",
    "order_delivered_carrier_date": "postado_em", "order_delivered_customer_date": "entregue_em",
    "order_estimated_delivery_date": "previsao_de_entrega", "order_item_id": "item", "product_id": "id_produto",
    "seller_id": "id_vendedor", "shipping_limit_date": "data_limite_de_envio", "price": "preco",
    "freight_value": "frete", "payment_sequential": "sequencia", "payment_type": "forma_de_pagamento",
    "payment_installments": "parcelas", "payment_value": "valor", "review_id": "id_avaliacao", "review_score": "nota",
    "review_comment_title": "titulo", "review_comment_message": "comentario", "review_creation_date": "perguntado_em",
    "review_answer_timestamp": "respondido_em", "customer_unique_id": "id_pessoa", "customer_zip_code_prefix": "cep",
    "customer_city": "cidade", "customer_state": "uf",
}  # fmt: skip
GERMAN_STATUS = {
    "delivered": "geliefert", "shipped": "versandt", "canceled": "storniert", "unavailable": "nicht verfügbar",
    "invoiced": "berechnet", "processing": "in Bearbeitung", "created": "angelegt", "approved": "freigegeben",
}  # fmt: skip
PORTUGUESE_STATUS = {
    "delivered": "entregue", "shipped": "enviado", "canceled": "cancelado", "unavailable": "indisponível",
    "invoiced": "faturado", "processing": "em processamento", "created": "criado", "approved": "aprovado",
}  # fmt: skip
GERMAN_FILES = {
    "orders": "bestellungen", "order_items": "positionen", "order_payments": "zahlungen",
    "order_reviews": "bewertungen", "customers": "kunden", "products": "artikel", "sellers": "händler",
}  # fmt: skip
PORTUGUESE_FILES = {
    "orders": "pedidos", "order_items": "itens", "order_payments": "pagamentos",
    "order_reviews": "avaliacoes", "customers": "clientes", "products": "produtos", "sellers": "vendedores",
}  # fmt: skip
NEUTRAL_FILES = {name: f"table_{letter}" for name, letter in zip(SOURCES, "dafcgbe", strict=True)}
NAMES_OF_FILES = {name: name for name in SOURCES}

INSTANTS = {
    "order_purchase_timestamp", "order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date",
    "order_estimated_delivery_date", "shipping_limit_date", "review_creation_date", "review_answer_timestamp",
}  # fmt: skip
NUMBERS = {"price", "freight_value", "payment_value"}


def raw(data: Path, name: str) -> Table:
    """One file of the data set as text."""
    with (data / f"olist_{name}_dataset.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return head, rows


def german_cell(column: str, cell: str) -> str:
    """dd.mm.yyyy HH:MM, decimal comma, German status words."""
    if column in INSTANTS and cell:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S").strftime("%d.%m.%Y %H:%M")
    if column in NUMBERS:
        return cell.replace(".", ",")
    return GERMAN_STATUS.get(cell, cell) if column == "order_status" else cell


def portuguese_cell(column: str, cell: str) -> str:
    """Portuguese status words."""
    return PORTUGUESE_STATUS.get(cell, cell) if column == "order_status" else cell


def same_cell(column: str, cell: str) -> str:
    """The cell as it is."""
    return cell


def disguised(
    files: Mapping[str, str],
    columns: Callable[[str], str],
    cell: Callable[[str, str], str] = same_cell,
    separator: str = ",",
    *,
    shuffle: bool = False,
) -> Callable[[Path, Path], None]:
    """A writer of the data set under other names."""

    def write(folder: Path, data: Path) -> None:
        rng = Random(20180906)
        for name, file in files.items():
            head, rows = raw(data, name)
            order = list(range(len(head)))
            if shuffle:
                rng.shuffle(order)
                rng.shuffle(rows)
            write_table(
                folder / f"{file}.csv",
                [columns(head[i]) for i in order],
                ([cell(head[i], row[i]) for i in order] for row in rows),
                separator,
            )

    return write


def renamed(names: Mapping[str, str]) -> Callable[[str], str]:
    """Column names through a dictionary; others stay."""
    return lambda column: names.get(column, column)


def world(name: str, files: Mapping[str, str], columns: Callable[[str], str], write: Callable[[Path, Path], None]) -> World:
    """The truth of a disguise: delivered by the date given; handed over by the limit of the order's items."""
    orders, items = f"{files['orders']}.csv", f"{files['order_items']}.csv"
    promised, arrived = columns("order_estimated_delivery_date"), columns("order_delivered_customer_date")
    limit, handed = columns("shipping_limit_date"), columns("order_delivered_carrier_date")
    return World(
        name=name,
        write=write,
        main=orders,
        keys=((columns("order_id"),), (columns("customer_id"),)),
        asserted=((Pair(orders, promised, arrived),), (Pair(items, limit, handed, orders),)),
        tolerated=(Pair(orders, promised, handed), Pair(items, limit, arrived, orders)),
        data="olist",
        note="customer_id is unique in orders too: one id an order; the order id is the better name of the row",
    )


def without_id(column: str) -> str:
    """`order_id` becomes `order`; a name that would be lost or repeated keeps its stem."""
    return column.removesuffix("_id")


OLIST_WORLDS = (
    world("olist renamed", NAMES_OF_FILES, renamed(ENGLISH), disguised(NAMES_OF_FILES, renamed(ENGLISH))),
    world("olist german", GERMAN_FILES, renamed(GERMAN), disguised(GERMAN_FILES, renamed(GERMAN), german_cell, ";")),
    world(
        "olist portuguese",
        PORTUGUESE_FILES,
        renamed(PORTUGUESE),
        disguised(PORTUGUESE_FILES, renamed(PORTUGUESE), portuguese_cell),
    ),
    world("olist shuffled", NEUTRAL_FILES, renamed({}), disguised(NEUTRAL_FILES, renamed({}), shuffle=True)),
    world("olist ids stripped", NAMES_OF_FILES, without_id, disguised(NAMES_OF_FILES, without_id)),
)
