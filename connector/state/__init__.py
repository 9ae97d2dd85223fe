"""Remembers: links, bases, cursors, intents, holds, match keys and runs, in one database file.

Implements `connector.core.ports.Store`. Every personal value that the connector keeps is kept here and nowhere else.
"""
