"""Curation: how people keep the text files: add what a source says, and check it again later.

Everything here works on the files of a checkout, not on a built store: what is written is the
truth, and stores are made from it.
"""
