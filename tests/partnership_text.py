"""A text in Turtle with two blocks, of which reports show lines."""

TEXT = """\
PREFIX rel: <https://w3id.org/allygraph/rel/>

rel:nato-korea-itpp
    a ally:Partnership ;
    rdfs:label "日本<b>"@ja ;
    ally:partner
        actor:japan ,
        actor:south-korea ;
.

rel:other
    a ally:Partnership ;
.
"""
