"""The service: the SPARQL 1.1 protocol over HTTP, with every query in a process that can be killed.

``app`` is the ASGI application, ``workers`` the pool of read-only processes, ``evaluator`` what
runs inside one of them, ``sandbox`` what such a process may not do. The web process itself never
opens the store and never parses a query.
"""
