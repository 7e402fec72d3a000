"""Ids, instants, money, errors, refusal: the standard library only."""
