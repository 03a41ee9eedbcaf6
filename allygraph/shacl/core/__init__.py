"""The components of SHACL Core, by what they look at: a value, a count, a pair, other shapes."""
