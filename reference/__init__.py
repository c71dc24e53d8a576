"""Writes ``docs/reference/`` from the types: what can be read from code is read from it, and only what it means is written here.

A page is a function from nothing to text, and a test compares each with its file. It may import the product; the product knows
nothing of it.
"""
