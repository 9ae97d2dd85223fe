"""Planted bugs: each is a small wrong change of the product that the tests named beside it must notice."""
