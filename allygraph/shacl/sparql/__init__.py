"""SPARQL in shapes: constraints and components whose queries the shapes graph brings along."""

from allygraph.shacl.sparql.constraints import declared_constraint, sparql_constraint

__all__ = ["declared_constraint", "sparql_constraint"]
