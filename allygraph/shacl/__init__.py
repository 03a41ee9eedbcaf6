"""SHACL, compiled: shapes become a plan of SPARQL queries, each asked once for all its nodes.

The package stands for itself and could be lifted out: terms, parsing and queries are
pyoxigraph's, pySHACL is asked where a shape has no query of ours.

    report = validate(data_quads, shapes_quads)
    for result in report.results: ...
"""
